using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Granary.Api.Tests;

/// <summary>
/// Broken bodies, archives and queries: whatever comes, the answer is no fault of ours, it comes in time, and nothing of it is kept in memory. A seed makes the same requests again. In CI a few
/// seconds of each; GRANARY_FUZZ_SECONDS asks for more.
/// </summary>
[Collection(ApiCollection.Name)]
public sealed class FuzzTests(ApiHost host, ITestOutputHelper output)
{
    /// <summary>Bytes that may be kept more at the end than after the first third, however many requests there were: activations and caches that are full only later. In ten minutes 1 KiB of each request would be some 300 MiB.</summary>
    private const long GrowthMax = 48 * 1024 * 1024;

    private const string Space = "/v3/spaces/00000000-0000-4000-8000-000000000001";

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("GRANARY_FUZZ_SECONDS") ?? "3", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What breaks parsers: ends and beginnings of everything, numbers at their limits, bytes that are no text.</summary>
    private static readonly byte[][] Dictionary =
    [
        .. ((string[])["{", "}", "[", "]", "\"", "\\u0000", "\\ud800", ":", ",", "null", "true", "-1", "9223372036854775808", "1e999", "0.1", "\n", "\r\n", "- ", "? ", "| ", "> ", "&a ", "*a", "!!set ", "<<: ", "%YAML 9.9", "---", "...", "\t", "#", "--", "%2C", "%", "&", "=", "PK\u0003\u0004", "PK\u0001\u0002"]).Select(Encoding.UTF8.GetBytes),
        [0], [0xff, 0xfe], [0xef, 0xbb, 0xbf], [0xff, 0xff, 0xff, 0xff], [0x80, 0x00, 0x00, 0x00],
    ];

    [Fact]
    public async Task Broken_JSON_is_answered()
    {
        var app = await Given.App(host, "fuzzed json");
        await Fuzz(
        [
            (HttpMethod.Post, $"/v3/apps/{app.Id}/tasks", $$$$"""{"command":"true","name":"a","memory_in_mb":"64","template":{"process":{"guid":"{{{{app.Id}}}}"}},"metadata":{"labels":{"a/b":"c"},"annotations":{"d":null}},"granary":{"retries_max":1}}"""),
            (HttpMethod.Patch, $"/v3/apps/{app.Id}", """{"metadata":{"labels":{"a":"b"}},"lifecycle":{"type":"buildpack","data":{"buildpacks":["binary_buildpack"],"stack":null}}}"""),
            (HttpMethod.Patch, $"/v3/apps/{app.Id}/environment_variables", """{"var":{"A":"1","B":2,"C":null}}"""),
            (HttpMethod.Post, $"/v3/apps/{app.Id}/processes/web/actions/scale", """{"instances":0,"memory_in_mb":64,"disk_in_mb":"64","log_rate_limit_in_bytes_per_second":-1}"""),
            (HttpMethod.Post, "/v3/packages", $$$$"""{"type":"bits","relationships":{"app":{"data":{"guid":"{{{{app.Id}}}}"}}},"data":{}}"""),
            (HttpMethod.Post, "/v3/builds", $$$$"""{"package":{"guid":"{{{{app.NewestPackage}}}}"},"lifecycle":{"type":"buildpack","data":{"buildpacks":[]}}}"""),
            (HttpMethod.Post, "/v3/droplets", $$$$"""{"relationships":{"app":{"data":{"guid":"{{{{app.Id}}}}"}}},"process_types":{"web":"serve"}}"""),
            (HttpMethod.Post, "/v3/resource_matches", """{"resources":[{"path":"a","mode":"644","checksum":{"value":"b"},"size_in_bytes":1}]}"""),
        ]);
    }

    /// <summary>Of things that hold in no space.</summary>
    [Fact]
    public async Task Broken_JSON_of_operators_is_answered()
    {
        var now = TimeProvider.System.GetUtcNow();
        var (group, segment, quota) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await host.Services.GetRequiredService<ISecurityGroups>().Add(new SecurityGroup(group, "fuzzed", [], false, false, [], [], now, now), default);
        await host.Services.GetRequiredService<IIsolationSegments>().Add(new IsolationSegment(segment, "fuzzed", [], Metadata.Empty, now, now), default);
        await host.Services.GetRequiredService<IQuotas>().Add(new Quota(quota, null, "fuzzed", new QuotaTerms(QuotaLimits.None), now, now), [], default);
        await Fuzz(
        [
            (HttpMethod.Patch, $"/v3/security_groups/{group}", """{"name":"fuzzed","globally_enabled":{"running":false,"staging":false},"rules":[{"protocol":"tcp","destination":"10.0.0.0/8,192.168.1.1-192.168.1.9","ports":"80,443,8000-8100","log":true,"description":"a"},{"protocol":"icmp","destination":"0.0.0.0/0","type":8,"code":-1},{"protocol":"all","destination":"198.51.100.0-198.51.100.255"}]}"""),
            (HttpMethod.Post, $"/v3/security_groups/{group}/relationships/staging_spaces", $$"""{"data":[{"guid":"{{group}}"},{"guid":"{{segment}}"}]}"""),
            (HttpMethod.Patch, $"/v3/isolation_segments/{segment}", """{"name":"fuzzed","metadata":{"labels":{"a/b":"c"},"annotations":{"d":null}}}"""),
            (HttpMethod.Post, $"/v3/isolation_segments/{segment}/relationships/organizations", $$"""{"data":[{"guid":"{{group}}"}]}"""),
            (HttpMethod.Patch, $"{Space}/relationships/isolation_segment", $$$"""{"data":{"guid":"{{{segment}}}"}}"""),
            (HttpMethod.Patch, $"/v3/organization_quotas/{quota}", """{"name":"fuzzed","apps":{"total_memory_in_mb":"256","per_app_tasks":1,"total_instances":null},"services":{"paid_services_allowed":false},"routes":{"total_routes":5},"domains":{"total_domains":1}}"""),
        ]);
    }

    [Fact]
    public async Task Broken_manifests_are_answered()
    {
        var manifest = """
            version: 1
            applications:
            - name: fuzzed-manifest
              memory: 64M
              env: { COLOUR: blue, COUNT: 3 }
              metadata: { labels: { team: blue }, annotations: { note: "two words" } }
              buildpacks:
              - binary_buildpack
              processes:
              - { type: task, command: 'print hello', disk_quota: 64M }
              - type: worker
                command: |
                  wait
                instances: 0
            """u8.ToArray();

        await Fuzz((random, number) => (HttpMethod.Post, number % 2 == 0 ? $"{Space}/manifest_diff" : $"{Space}/actions/apply_manifest", Content(Broken(random, manifest), "application/x-yaml")));
    }

    [Fact]
    public async Task Broken_uploads_are_answered()
    {
        var app = await host.Client.CreateApp("fuzzed uploads");
        var zip = Given.Zip(("Procfile", "web: serve\n"), ("folder/", ""), ("folder/index.html", "hello"));
        var package = (await host.Client.CreatePackage(app.Id, Lifecycle.Bits)).Id;

        await Fuzz(async (random, number) =>
        {
            if (await host.Client.FindPackage(package) is not { Phase: PackagePhase.AwaitingUpload })
            {
                package = (await host.Client.CreatePackage(app.Id, Lifecycle.Bits)).Id;
            }

            var form = "--x\r\nContent-Disposition: form-data; name=\"resources\"\r\n\r\n[]\r\n--x\r\nContent-Disposition: form-data; name=\"bits\"; filename=\"package.zip\"\r\nContent-Type: application/octet-stream\r\n\r\n"u8.ToArray();
            byte[] bits = number % 2 == 0 ? [.. form, .. Broken(random, zip), .. "\r\n--x--\r\n"u8] : Broken(random, [.. form, .. zip, .. "\r\n--x--\r\n"u8]);
            return (HttpMethod.Post, $"/v3/packages/{package}/upload", Content(bits, "multipart/form-data; boundary=x"));
        });
    }

    [Fact]
    public async Task Broken_droplets_are_answered()
    {
        var app = await host.Client.Push("fuzzed droplets", new MemoryStream(Given.Zip(("Procfile", "web: serve\n"), ("folder/index.html", "hello"))));
        using var sound = await host.Send(HttpMethod.Get, $"/v3/droplets/{app.CurrentDroplet}/download");
        var packed = await sound.Content.ReadAsByteArrayAsync();
        var tar = new MemoryStream();
        await using (var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress))
        {
            await unpacked.CopyToAsync(tar);
        }

        await Fuzz(async (random, number) =>
        {
            var droplet = (await host.Client.CreateDroplet(app.Id)).Id;
            var bits = new MemoryStream();
            await using (var pack = new GZipStream(bits, CompressionLevel.Fastest))
            {
                pack.Write(Broken(random, tar.ToArray()));
            }

            return (HttpMethod.Post, $"/v3/droplets/{droplet}/upload", Bodies.Upload(number % 2 == 0 ? Broken(random, packed) : bits.ToArray(), resources: null));
        });
    }

    [Fact]
    public async Task Broken_queries_are_answered()
    {
        string[] queries =
        [
            "/v3/tasks?names=a,b&states=RUNNING&label_selector=a in (b,c),!d,e!=f&created_ats[lt]=2026-01-01T00:00:00Z&page=1&per_page=2&order_by=-created_at",
            "/v3/apps?names=a&order_by=name&after=AAAA&guids=00000000-0000-4000-8000-000000000001&updated_ats[gte]=2026-01-01T00:00:00Z",
            "/v3/audit_events?target_guids=00000000-0000-4000-8000-000000000001&types=audit.app.create&order_by=-created_at",
            "/api/v1/read/00000000-0000-4000-8000-000000000001?descending=true&limit=10&start_time=-6795364578871345152&envelope_types=LOG",
            "/v3/security_groups?names=a&globally_enabled_running=true&staging_space_guids=00000000-0000-4000-8000-000000000001&order_by=name",
            "/v3/isolation_segments?names=shared,a&organization_guids=00000000-0000-4000-8000-000000000002&label_selector=a!=b",
            "/v3/spaces?include=organization&names=default&organization_guids=00000000-0000-4000-8000-000000000002",
            "/v3/processes?app_guids=00000000-0000-4000-8000-000000000001&types=web",
        ];

        await Fuzz((random, _) =>
        {
            var whole = queries[random.Next(queries.Length)];
            var mark = whole.IndexOf('?', StringComparison.Ordinal);
            var query = Broken(random, Encoding.UTF8.GetBytes(whole[mark..]));
            return (HttpMethod.Get, whole[..mark] + "?" + string.Concat(query.Select(each => each is > 0x20 and < 0x7f and not (byte)'#' ? ((char)each).ToString() : $"%{each:X2}")), null);
        });
    }

    private Task Fuzz((HttpMethod Method, string Path, string Body)[] requests) => Fuzz((random, _) =>
    {
        var (method, path, body) = requests[random.Next(requests.Length)];
        return (method, path, Content(Broken(random, Encoding.UTF8.GetBytes(body)), "application/json"));
    });

    private Task Fuzz(Func<Random, int, (HttpMethod, string, HttpContent?)> next) => Fuzz((random, number) => Task.FromResult(next(random, number)));

    private async Task Fuzz(Func<Random, int, Task<(HttpMethod Method, string Path, HttpContent? Body)>> next)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        var (number, third, kept) = (0, 0, 0L);
        for (; watch.Elapsed < Time; number++)
        {
            if (kept == 0 && watch.Elapsed > Time / 3)
            {
                (third, kept) = (number, await Kept());
            }

            var (method, path, body) = await next(random, number);
            var told = body is null ? "" : Convert.ToBase64String(await body.ReadAsByteArrayAsync());
            using var request = new HttpRequestMessage(method, path) { Content = body };
            using var response = await host.Http.SendAsync(request);
            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode < HttpStatusCode.InternalServerError, $"seed {seed}, request {number}: {method} {path} with {told} was answered with {(int)response.StatusCode}: {answer}");
            Assert.True(answer.Length == 0 || JsonNode.Parse(answer) is not null, $"seed {seed}, request {number}: {path} was answered with {answer}");
        }

        var growth = await Kept() - kept;
        output.WriteLine($"{number} requests in {watch.Elapsed.TotalSeconds:0} s; {kept / 1024} KiB kept after {third}, {growth / 1024} KiB more after all");
        Assert.True(growth < GrowthMax, $"seed {seed}: the last {number - third} of {number} requests left {growth / 1024} KiB behind");
    }

    /// <summary>Bytes that are still referred to when nothing idles in memory that has a row.</summary>
    private async Task<long> Kept()
    {
        await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>One to four small wounds.</summary>
    private static byte[] Broken(Random random, byte[] sound)
    {
        var bytes = sound.ToList();
        for (var wounds = random.Next(1, 5); wounds > 0 && bytes.Count > 0; wounds--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 32), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, Enumerable.Repeat(Dictionary[random.Next(Dictionary.Length)], random.Next(1, 64)).SelectMany(each => each));
                    break;
                default:
                    bytes.InsertRange(at, Dictionary[random.Next(Dictionary.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static ByteArrayContent Content(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }
}
