using Granary.Api.Errors;
using Granary.Api.Tokens;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Access;

/// <summary>Lets a request in that has a token and may do what it asks for. Roles are read for each request: what was taken away is gone at once.</summary>
internal sealed class AccessGate(RequestDelegate next, TokenReader tokens, IAccountStore accounts, Places places)
{
    /// <summary>RFC 6750; cf writes it in lower case.</summary>
    private const string Scheme = "bearer ";

    private static readonly Asked Default = new Asked.OfAuthority(Authority.Admin);

    public async Task InvokeAsync(HttpContext http)
    {
        var asked = http.GetEndpoint()?.Metadata.GetMetadata<Asked>() ?? Default;
        if (asked is not Asked.OfAnybody)
        {
            var caller = await Caller(http);
            http.Features.Set(new Visit(caller, caller.IsAdmin ? null : await Judge(caller, asked, http)));
        }

        await next(http);
    }

    private async Task<Caller> Caller(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new CfException(CfError.NotAuthenticated());
        }

        return await tokens.Read(header[Scheme.Length..].Trim(), http.RequestAborted) is { } holder
            && await accounts.Caller(holder.Subject, holder.IsClient, http.RequestAborted) is { } caller
            ? caller
            : throw new CfException(CfError.InvalidToken());
    }

    /// <summary>Where the thing is that the path names, if the caller may do there what was asked.</summary>
    private async Task<Place?> Judge(Caller caller, Asked asked, HttpContext http)
    {
        switch (asked)
        {
            case Asked.OfHolder:
                return null;
            case Asked.OfAuthority(var least):
                return caller.Authority >= least ? null : throw new CfException(CfError.NotAuthorized());
            case Asked.OfThing(var thing, var right):
                var place = await thing.Find(places, (string?)http.GetRouteValue(thing.Parameter) ?? "", http.RequestAborted) ?? throw new CfException(CfError.NotFound(thing.Name));
                VisitExtensions.Answer(AccessRules.Judge(caller, right, place), thing.Name);
                return place;
            default:
                throw new System.Diagnostics.UnreachableException($"Nobody judges {asked}.");
        }
    }
}
