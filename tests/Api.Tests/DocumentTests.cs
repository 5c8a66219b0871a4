using System.Text.RegularExpressions;
using Granary.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Api.Tests;

/// <summary>The pages about the API tell of the routes and options that exist, and of all of them.</summary>
[Collection(TokenCollection.Name)]
public sealed partial class DocumentTests(TokenHost host)
{
    [Fact]
    public void The_documents_list_the_routes_that_exist()
    {
        var routes = host.Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(each => each.Endpoints)
            .OfType<RouteEndpoint>()
            .SelectMany(each => (each.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} {Parameter().Replace(each.RoutePattern.RawText!, ":$1")}"))
            .Order(StringComparer.Ordinal)
            .ToArray();

        var told = new[] { "cf-compat.md", "api.md" }
            .SelectMany(name => Row().Matches(File.ReadAllText(Repository.PathOf("docs", name))))
            .Select(each => each.Groups["route"].Value)
            .Order(StringComparer.Ordinal)
            .ToArray();

        Assert.Equal(routes, told);
    }

    [Fact]
    public void The_page_lists_every_option()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "api.md"));

        Assert.All(typeof(ApiOptions).GetProperties(), option => Assert.Contains($"| `{option.Name}` |", page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\{\*{0,2}(\w+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\| `(?<route>[A-Z]+ /[^`]*)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
