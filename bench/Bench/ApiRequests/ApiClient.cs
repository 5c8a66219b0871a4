using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Granary.Bench.ApiRequests;

/// <summary>Somebody who sends requests to a silo: with a token as a developer of the space, or without where no one is asked for any.</summary>
internal sealed class ApiClient(SiloUnderTest silo) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = silo.Address };

    public async Task<JsonElement> Get(string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return await Read(answer);
    }

    public async Task<JsonElement> Post(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        return await Read(answer);
    }

    public async Task LogIn(string user, string password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "password"), new("username", user), new("password", password)]),
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("cf:"u8)) },
        };
        using var answer = await http.SendAsync(request);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("bearer", (await Read(answer)).GetProperty("access_token").GetString());
    }

    /// <summary>Makes a user who may run tasks in the space of the apps that name none, and nothing else.</summary>
    public async Task AddDeveloper(string name, string password)
    {
        var space = (await Get("/v3/spaces?names=default")).GetProperty("resources")[0];
        var organization = space.GetProperty("relationships").GetProperty("organization").GetProperty("data").GetProperty("guid").GetString();
        var user = (await Post("/Users", new { userName = name, password })).GetProperty("id").GetString();
        await Post("/v3/users", new { guid = user });
        await Post("/v3/roles", new { type = "organization_user", relationships = new { user = new { data = new { guid = user } }, organization = new { data = new { guid = organization } } } });
        await Post("/v3/roles", new { type = "space_developer", relationships = new { user = new { data = new { guid = user } }, space = new { data = new { guid = space.GetProperty("guid").GetString() } } } });
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonElement> Read(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(body).RootElement : throw new HttpRequestException($"{answer.RequestMessage?.RequestUri} was answered with {(int)answer.StatusCode}: {body}\n{silo.Said}");
    }
}
