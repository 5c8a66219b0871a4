using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Granary.Api.Wire;

/// <param name="Method">Set when it is not GET.</param>
internal sealed record Link(string Href, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Method = null);

/// <summary>Absolute links, on the address that the operator named, else on that by which the client reached us.</summary>
internal sealed class Links(HttpRequest request)
{
    public string Root { get; } = request.HttpContext.RequestServices.GetRequiredService<IOptions<ApiOptions>>().Value.Url?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}";

    public Link To(string path, string? method = null) => new(Root + path, method);
}

/// <summary>A reference to another resource: {"data":{"guid":…}}.</summary>
internal sealed record Reference(ResourceGuid Data)
{
    public static Reference To(Guid guid) => new(new ResourceGuid(guid.ToString("D")));
}

/// <summary>The same, where there may be none.</summary>
internal sealed record OptionalReference(ResourceGuid? Data)
{
    public static OptionalReference To(Guid? guid) => new(guid is { } there ? new ResourceGuid(there.ToString("D")) : null);
}

/// <summary>The same of several.</summary>
internal sealed record ManyReferences(IReadOnlyList<ResourceGuid> Data)
{
    public static ManyReferences To(IEnumerable<Guid> guids) => new([.. guids.Select(each => new ResourceGuid(each.ToString("D")))]);
}

/// <summary>The guids of what a quota was applied to, or a security group was bound to.</summary>
internal sealed record AppliedResponse(IReadOnlyList<ResourceGuid> Data, Dictionary<string, Link> Links);

internal sealed record ResourceGuid(string Guid);

/// <summary>The relationships of everything that belongs to an app.</summary>
internal sealed record OfApp(Reference App)
{
    public static OfApp Of(Core.Apps.AppId app) => new(Reference.To(app.Value));
}
