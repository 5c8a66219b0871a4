using System.Collections.Immutable;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Granary.Api.Access;

/// <summary>One request: who makes it, and where the thing is that its path names.</summary>
/// <param name="Place">Null when the path names none, and for admins, who may do everything anywhere.</param>
internal sealed record Visit(Caller Caller, Place? Place)
{
    /// <summary>Of the thing that the path names.</summary>
    public bool May(Right right) => Caller.IsAdmin || (Place is { } place && AccessRules.May(Caller, right, place));
}

/// <summary>What endpoints ask about the request that they answer.</summary>
internal static class VisitExtensions
{
    public static Visit Visit(this HttpContext http) => http.Features.GetRequiredFeature<Visit>();

    /// <summary>Whether commands and environments may be shown of the thing that the path names.</summary>
    public static bool SeesSecrets(this HttpContext http) => http.Visit().May(Right.SeeSecrets);

    /// <summary>What a body names: ends the request unless the caller has the right there. Called only for what the caller may see.</summary>
    public static void Demand(this HttpContext http, Right right, Place place)
    {
        if (http.Visit().Caller is { IsAdmin: false } caller)
        {
            Answer(AccessRules.Judge(caller, right, place), "Resource");
        }
    }

    /// <summary>The app that a body names, in which the caller must be a developer. Cloud Foundry says here that it is invalid, not that it is missing.</summary>
    public static async Task DemandApp(this HttpContext http, string app, Places places)
    {
        if (await places.OfApp(app, http.RequestAborted) is not { } place || !AccessRules.May(http.Visit().Caller, Right.SeeApps, place))
        {
            throw new CfException(CfError.Unprocessable("App is invalid. Ensure it exists and you have access to it."));
        }

        http.Demand(Right.Develop, place);
    }

    /// <summary>Ends the request unless it is allowed.</summary>
    public static void Answer(Verdict verdict, string thing)
    {
        if (verdict is not Verdict.Allowed)
        {
            throw new CfException(verdict switch
            {
                Verdict.Hidden => CfError.NotFound(thing),
                Verdict.Forbidden => CfError.NotAuthorized(),
                Verdict.Suspended => CfError.OrganizationSuspended(),
                _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "No such verdict."),
            });
        }
    }

    /// <summary>The spaces of which a list may show something: those that the caller sees, narrowed by what was asked for. Null for all.</summary>
    public static async Task<ImmutableArray<Guid>?> Spaces(this HttpContext http, ListRequest list, IDirectory directory)
    {
        var caller = http.Visit().Caller;
        var seesAll = AccessRules.Gives(caller.Authority, Right.SeeApps);
        if (seesAll && list.Spaces is null && list.Organizations is null)
        {
            return null;
        }

        return
        [
            .. (await http.SpacesWith(Right.SeeApps, directory))
                .Where(each => list.Spaces?.Contains(each.Guid) != false && list.Organizations?.Contains(each.Organization) != false)
                .Select(each => each.Guid),
        ];
    }

    /// <summary>Every space in which the caller has a right.</summary>
    public static async Task<IReadOnlyList<Space>> SpacesWith(this HttpContext http, Right right, IDirectory directory)
    {
        var all = await directory.Spaces(http.RequestAborted);
        var those = http.Visit().Caller.Spaces(right, organization => all.Where(each => each.Organization == organization).Select(each => each.Guid));
        return [.. all.Where(each => those?.Contains(each.Guid) != false)];
    }
}
