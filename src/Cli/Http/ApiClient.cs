using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Granary.Cli.Http;

/// <summary>Speaks to one server. Every fault becomes a <see cref="FailureException"/> that says what to do.</summary>
internal sealed class ApiClient : IDisposable
{
    public static readonly Uri DefaultAddress = new("http://127.0.0.1:8080");

    /// <summary>Cloud Foundry's largest page: a list in as few requests as it takes.</summary>
    private const int PerPage = 5000;

    /// <summary>A token that ends before then is refreshed first.</summary>
    private static readonly TimeSpan RefreshBefore = TimeSpan.FromMinutes(1);

    /// <summary>How cf names itself: a client without a secret.</summary>
    private static readonly AuthenticationHeaderValue OfCf = new("Basic", Convert.ToBase64String("cf:"u8));

    private readonly HttpClient http;
    private Login? login;

    /// <param name="address">Of the server, without a path.</param>
    /// <param name="timeout">For an answer to begin; a body may take longer.</param>
    public ApiClient(Uri address, TimeSpan timeout)
    {
        Address = address;
        var handler = new SocketsHttpHandler
        {
            // A proxy of the machine knows nothing of its loopback.
            UseProxy = !address.IsLoopback,
            ConnectTimeout = timeout,
            AllowAutoRedirect = false,
        };
        http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        AnswerWithin = timeout;
        login = Logins.Find(address);
    }

    public Uri Address { get; }

    private TimeSpan AnswerWithin { get; }

    public Task<JsonElement> Get(string path, CancellationToken cancellation) => Ask(HttpMethod.Get, path, null, cancellation);

    public Task<JsonElement> Post(string path, JsonObject? body, CancellationToken cancellation) => Ask(HttpMethod.Post, path, Content(body), cancellation);

    public Task<JsonElement> Patch(string path, JsonObject body, CancellationToken cancellation) => Ask(HttpMethod.Patch, path, Content(body), cancellation);

    public Task<JsonElement> Delete(string path, CancellationToken cancellation) => Ask(HttpMethod.Delete, path, null, cancellation);

    public Task<JsonElement> Upload(string path, HttpContent body, CancellationToken cancellation) => Ask(HttpMethod.Post, path, body, cancellation);

    /// <summary>All pages of a list.</summary>
    /// <param name="path">With its filters, without paging.</param>
    public async Task<IReadOnlyList<JsonElement>> All(string path, CancellationToken cancellation)
    {
        var all = new List<JsonElement>();
        var next = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}per_page={PerPage}";
        while (next is not null)
        {
            var page = await Get(next, cancellation);
            all.AddRange(page.Items("resources"));
            // The server names itself as it knows itself; through a tunnel that is not how we reach it.
            next = page.Text("pagination", "next", "href") is { } href ? new Uri(Address, href).PathAndQuery : null;
        }

        return all;
    }

    /// <summary>An answer that is read while it comes. An error of HTTP is thrown.</summary>
    public async Task<HttpResponseMessage> Open(string path, CancellationToken cancellation)
    {
        var response = await Send(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw new ApiException(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation));
            }
        }

        return response;
    }

    /// <summary>Logs in, for this command and those that follow.</summary>
    public async Task Login(string user, string password, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "password"), new("username", user), new("password", password)]);
        Keep(await Ask(form, cancellation));
    }

    /// <summary>The answer, whatever its status.</summary>
    public async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (login is not null)
        {
            await Refresh(login, cancellation);
            request.Headers.Authorization ??= new AuthenticationHeaderValue("bearer", login.Access);
        }

        return await Exchange(request, cancellation);
    }

    public void Dispose() => http.Dispose();

    private static StringContent? Content(JsonObject? body) => body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");

    private async Task Refresh(Login old, CancellationToken cancellation)
    {
        if (old.ExpiresAt - DateTimeOffset.UtcNow > RefreshBefore)
        {
            return;
        }

        try
        {
            using var form = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", old.Refresh)]);
            Keep(await Ask(form, cancellation));
        }
        catch (ApiException refusal) when (refusal.Status == HttpStatusCode.Unauthorized)
        {
            throw new FailureException($"The login at {Address.GetLeftPart(UriPartial.Authority)} has ended: 'granary login' begins a new one.", refusal);
        }
    }

    private void Keep(JsonElement given)
    {
        login = Http.Login.Of(given, DateTimeOffset.UtcNow);
        Logins.Keep(Address, login);
    }

    private async Task<JsonElement> Ask(FormUrlEncodedContent form, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = form };
        request.Headers.Authorization = OfCf;
        using var response = await Exchange(request, cancellation);
        return await Read(response, cancellation);
    }

    private async Task<HttpResponseMessage> Exchange(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (request.Content is null or StringContent)
        {
            limit.CancelAfter(AnswerWithin); // An upload takes as long as the line needs.
        }

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (HttpRequestException fault)
        {
            throw new NoAnswerException(Address, fault);
        }
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new NoAnswerException(Address, AnswerWithin, fault);
        }
    }

    private async Task<JsonElement> Ask(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await Send(request, cancellation);
        return await Read(response, cancellation);
    }

    private async Task<JsonElement> Read(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await Body(response, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new ApiException(response.StatusCode, body);
        }

        try
        {
            // An accepted job has no body.
            using var document = JsonDocument.Parse(body.Length == 0 ? "{}"u8.ToArray() : body);
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new FailureException($"{Address} does not answer as Granary does: is something else listening there? Name another address with --api or GRANARY_API.", fault);
        }
    }

    private async Task<byte[]> Body(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (HttpRequestException fault)
        {
            throw new NoAnswerException(Address, fault);
        }
    }
}

/// <summary>The server said no.</summary>
internal sealed class ApiException : FailureException
{
    public ApiException(HttpStatusCode status, byte[] body)
        : base(Words(status, body))
    {
        Status = status;
    }

    public HttpStatusCode Status { get; }

    /// <summary>The server is there but cannot help now: a silo that stops, a database that is away.</summary>
    public bool MayPass => Status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Cloud Foundry's envelope on /v3, RFC 9457 on /api, and a token server's own words.</summary>
    private static string Words(HttpStatusCode status, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var error = document.RootElement;
            var details = error.Items("errors").Select(each => each.Text("detail") ?? each.Text("title")).OfType<string>().ToArray();
            if (details.Length > 0)
            {
                return string.Join(Environment.NewLine, status == HttpStatusCode.Unauthorized ? [.. details, "The server asks for a token: 'granary login' gets one."] : details);
            }

            if ((error.Text("detail") ?? error.Text("title") ?? error.Text("error_description")) is { } words)
            {
                return words;
            }
        }
        catch (JsonException)
        {
            // Not one of ours, perhaps a proxy's page: the status says what can be said.
        }

        return $"The server answered {(int)status} {status}.";
    }
}

/// <summary>Nobody answered.</summary>
internal sealed class NoAnswerException : FailureException
{
    public NoAnswerException(Uri address, HttpRequestException fault)
        : base(fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            ? $"Nothing answers at {address.GetLeftPart(UriPartial.Authority)}: start Granary with 'granary up', or name another address with --api or GRANARY_API."
            : $"{address.GetLeftPart(UriPartial.Authority)} broke off before its answer was complete ({fault.Message.TrimEnd('.')}): see its log, and try again.", fault)
    {
    }

    public NoAnswerException(Uri address, TimeSpan within, Exception fault)
        : base($"{address.GetLeftPart(UriPartial.Authority)} did not answer within {within.TotalSeconds:0.###} s: see its log, or wait longer with --timeout.", fault)
    {
    }
}
