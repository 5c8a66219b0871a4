using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Granary.Api.Tokens;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Api.Tests;

/// <summary>The same with its token server. <see cref="ApiHost.Http"/> is the first user's.</summary>
public sealed class TokenHost : ApiHost
{
    public const int TriesMax = 20;

    private readonly List<string> shown = [];
    private int users;

    public byte[] Secret { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>What whoever started the server was shown.</summary>
    public IReadOnlyList<string> Shown => shown;

    public string AdminPassword => shown.Single().Split(' ').Single(word => word.Length == 21)[..20];

    internal T Service<T>()
        where T : notnull =>
        Services.GetRequiredService<T>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("bearer", await Token(FirstUser.Name, AdminPassword));
    }

    /// <summary>A client whose requests have this token; without one where it is null.</summary>
    public HttpClient With(string? token)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(1) };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("bearer", token);
        return client;
    }

    /// <summary>Somebody new, with these roles.</summary>
    public async Task<(Account Account, HttpClient Client)> Somebody(Authority authority = Authority.None, params IEnumerable<RoleGrant> grants)
    {
        var now = TimeProvider.System.GetUtcNow();
        var account = new Account(Guid.NewGuid(), $"user-{Interlocked.Increment(ref users)}", null, null, null, authority, IsListed: true, now, now);
        await Service<IAccountStore>().Add(account, await Service<Passwords>().Hash("right password", default), default);
        foreach (var grant in grants)
        {
            await Service<IDirectory>().Add(new Membership(Guid.NewGuid(), account.Guid.ToString("D"), grant, now), default);
        }

        return (account, With(await Token(account.Name, "right password")));
    }

    public async Task<string> Token(string user, string password)
    {
        using var given = await Grant(("grant_type", "password"), ("username", user), ("password", password));
        return JsonNode.Parse(await given.Content.ReadAsStringAsync())!.Text("access_token");
    }

    /// <summary>As cf asks for tokens.</summary>
    public async Task<HttpResponseMessage> Grant(params (string Name, string Value)[] fields)
    {
        using var client = With(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = new FormUrlEncodedContent(fields.Select(each => KeyValuePair.Create(each.Name, each.Value))) };
        if (!fields.Any(field => field.Name == "client_id"))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("cf:"u8));
        }

        return await client.SendAsync(request);
    }

    protected override void AddMore(IServiceCollection services)
    {
        services.AddGranaryTokens(null, Secret, shown.Add);
        services.Configure<TokenOptions>(tokens =>
        {
            tokens.HashRounds = 10_000;
            tokens.HashesWaitingMax = 1000;
            tokens.TriesMax = TriesMax;
            tokens.RefreshLeeway = TimeSpan.Zero;
        });
    }
}

/// <summary>The suites share one silo, and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class TokenCollection : ICollectionFixture<TokenHost>
{
    public const string Name = "tokens";
}
