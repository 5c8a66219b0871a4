using Granary.Core.Access;
using Microsoft.AspNetCore.Builder;

namespace Granary.Api.Access;

/// <summary>What an endpoint asks of whoever calls it. An endpoint that says nothing is for admins.</summary>
internal abstract record Asked
{
    /// <summary>Anybody, without a token.</summary>
    public static readonly Asked Nothing = new OfAnybody();

    /// <summary>A token; the endpoint itself looks at what its body names, or shows what the caller may see.</summary>
    public static readonly Asked Token = new OfHolder();

    private Asked()
    {
    }

    public sealed record OfAnybody : Asked;

    public sealed record OfHolder : Asked;

    public sealed record OfAuthority(Authority Least) : Asked;

    public sealed record OfThing(Thing Thing, Right Right) : Asked;
}

/// <summary>Says with a route what it asks.</summary>
internal static class AskedExtensions
{
    public static void AsksNothing(this IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(Asked.Nothing);

    public static IEndpointConventionBuilder AsksToken(this IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(Asked.Token);

    public static IEndpointConventionBuilder Asks(this IEndpointConventionBuilder endpoint, Authority least) => endpoint.WithMetadata(new Asked.OfAuthority(least));

    /// <param name="endpoint">Its path names the thing.</param>
    public static IEndpointConventionBuilder Asks(this IEndpointConventionBuilder endpoint, Right right, Thing of) => endpoint.WithMetadata(new Asked.OfThing(of, right));
}
