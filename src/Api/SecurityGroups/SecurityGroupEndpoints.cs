using System.Collections.Immutable;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Spaces;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Jobs;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.SecurityGroups;

/// <summary>
/// Security groups: what the tasks, instances and stagings of spaces may reach. Admins make, change and delete them; managers bind those that they see to their spaces.
/// Everybody sees those that hold everywhere, and those of the spaces that they see.
/// </summary>
internal static class SecurityGroupEndpoints
{
    private const string Resource = "Security group";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/security_groups", List).AsksToken();
        routes.MapPost("/v3/security_groups", Create).Asks(Authority.Admin);
        routes.MapGet("/v3/security_groups/{guid}", Get).AsksToken();
        routes.MapPatch("/v3/security_groups/{guid}", Patch).AsksToken();
        routes.MapDelete("/v3/security_groups/{guid}", Delete).AsksToken();
        routes.MapPost("/v3/security_groups/{guid}/relationships/running_spaces", (string guid, HttpContext http, ISecurityGroups groups, IDirectory directory, Places places) => Bind(guid, GroupLifecycle.Running, http, groups, directory, places)).AsksToken();
        routes.MapPost("/v3/security_groups/{guid}/relationships/staging_spaces", (string guid, HttpContext http, ISecurityGroups groups, IDirectory directory, Places places) => Bind(guid, GroupLifecycle.Staging, http, groups, directory, places)).AsksToken();
        routes.MapDelete("/v3/security_groups/{guid}/relationships/running_spaces/{space}", (string guid, string space, HttpContext http, ISecurityGroups groups, IDirectory directory, Places places) => Unbind(guid, space, GroupLifecycle.Running, http, groups, directory, places)).AsksToken();
        routes.MapDelete("/v3/security_groups/{guid}/relationships/staging_spaces/{space}", (string guid, string space, HttpContext http, ISecurityGroups groups, IDirectory directory, Places places) => Unbind(guid, space, GroupLifecycle.Staging, http, groups, directory, places)).AsksToken();
        routes.MapGet("/v3/spaces/{guid}/running_security_groups", (string guid, HttpContext http, ISecurityGroups groups, IDirectory directory) => OfSpace(guid, GroupLifecycle.Running, http, groups, directory)).Asks(Right.SeeSpace, Thing.Space);
        routes.MapGet("/v3/spaces/{guid}/staging_security_groups", (string guid, HttpContext http, ISecurityGroups groups, IDirectory directory) => OfSpace(guid, GroupLifecycle.Staging, http, groups, directory)).Asks(Right.SeeSpace, Thing.Space);
    }

    private static async Task<IResult> List(HttpContext http, ISecurityGroups groups, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.SecurityGroups);
        var sight = await Sight.Of(http, directory);
        var found = (await groups.All(http.RequestAborted)).Where(group =>
            sight.Sees(group)
            && (list.OfAllRunning ?? group.IsOfAllRunning) == group.IsOfAllRunning
            && (list.OfAllStaging ?? group.IsOfAllStaging) == group.IsOfAllStaging
            && list.RunningSpaces?.Intersect(group.RunningSpaces).Any(sight.Names) != false
            && list.StagingSpaces?.Intersect(group.StagingSpaces).Any(sight.Names) != false);
        return Page(found, sight.Names, list, http);
    }

    private static async Task<IResult> OfSpace(string guid, GroupLifecycle lifecycle, HttpContext http, ISecurityGroups groups, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.SecurityGroupsOfSpace);
        var space = (await directory.GetSpace(guid, http.RequestAborted)).Guid;
        var found = (await groups.All(http.RequestAborted)).Where(group => group.IsOfAll(lifecycle) || group.Spaces(lifecycle).Contains(space));
        return Page(found, each => each == space, list, http);
    }

    private static async Task<IResult> Get(string guid, HttpContext http, ISecurityGroups groups, IDirectory directory)
    {
        var (group, sight) = await Find(guid, http, groups, directory);
        return Reply.Ok(SecurityGroupResponse.Of(group, sight.Names, new Links(http.Request)));
    }

    private static async Task<IResult> Create(HttpContext http, ISecurityGroups groups, IDirectory directory, TimeProvider clock)
    {
        var (change, running, staging) = SecurityGroupRequest.Read(await http.Request.ReadBody());
        var now = clock.GetUtcNow();
        var group = new SecurityGroup(Guid.NewGuid(), change.Name!, change.Rules ?? [], change.IsOfAllRunning ?? false, change.IsOfAllStaging ?? false, running, staging, now, now);
        return await groups.Add(group, http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(group.Name),
            DirectoryOutcome.TooMuch => throw TooMuch(),
            DirectoryOutcome.NotFound => throw new CfException(CfError.Unprocessable($"Spaces with guids {Guids.Quoted([.. await Missing(staging, directory, http.RequestAborted), .. await Missing(running, directory, http.RequestAborted)])} do not exist.")),
            _ => Reply.Created(SecurityGroupResponse.Of(group, (await Sight.Of(http, directory)).Names, new Links(http.Request))),
        };
    }

    private static async Task<IResult> Patch(string guid, HttpContext http, ISecurityGroups groups, IDirectory directory)
    {
        var (group, _) = await FindAsAdmin(guid, http, groups, directory);
        var change = SecurityGroupRequest.ReadChange(await http.Request.ReadBody());
        return await groups.Change(group.Guid, change, http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(change.Name!),
            DirectoryOutcome.TooMuch => throw TooMuch(),
            _ => await Get(guid, http, groups, directory),
        };
    }

    private static async Task<IResult> Delete(string guid, HttpContext http, ISecurityGroups groups, IDirectory directory, GranaryClient granary)
    {
        var (group, _) = await FindAsAdmin(guid, http, groups, directory);
        await groups.Remove(group.Guid, http.RequestAborted);
        return Reply.Later(await granary.BeginJob(new JobState { Operation = "security_group.delete" }, http.RequestAborted), new Links(http.Request));
    }

    private static async Task<IResult> Bind(string guid, GroupLifecycle lifecycle, HttpContext http, ISecurityGroups groups, IDirectory directory, Places places)
    {
        var (group, sight) = await Find(guid, http, groups, directory);
        var body = await http.Request.ReadBody();
        var to = body.Many();
        body.ThrowIfFaulty();
        foreach (var space in to.Where(sight.Names))
        {
            await Demand(space, http, places);
        }

        var unseen = to.Where(each => !sight.Names(each)).ToArray();
        if (unseen.Length > 0 || await groups.Bind(group.Guid, lifecycle, to, http.RequestAborted) is DirectoryOutcome.NotFound)
        {
            throw new CfException(CfError.Unprocessable($"Spaces with guids {Guids.Quoted(unseen.Length > 0 ? unseen : to)} do not exist, or you do not have access to them."));
        }

        (group, _) = await Find(guid, http, groups, directory);
        var word = lifecycle is GroupLifecycle.Running ? "running_spaces" : "staging_spaces";
        return Reply.Ok(new AppliedResponse(
            ManyReferences.To(group.Spaces(lifecycle).Where(sight.Names)).Data,
            new Dictionary<string, Link> { ["self"] = new Links(http.Request).To($"/v3/security_groups/{group.Guid:D}/relationships/{word}") }));
    }

    private static async Task<IResult> Unbind(string guid, string space, GroupLifecycle lifecycle, HttpContext http, ISecurityGroups groups, IDirectory directory, Places places)
    {
        var (group, sight) = await Find(guid, http, groups, directory);
        if (Guid.TryParseExact(space, "D", out var parsed) && sight.Names(parsed))
        {
            await Demand(parsed, http, places);
            if (await groups.Unbind(group.Guid, lifecycle, parsed, http.RequestAborted) is DirectoryOutcome.Done)
            {
                return Results.NoContent();
            }
        }

        throw new CfException(CfError.Unprocessable($"Unable to unbind security group from space with guid '{space}'. Ensure the space is bound to this security group."));
    }

    private static IResult Page(IEnumerable<SecurityGroup> found, Func<Guid, bool> isShown, ListRequest list, HttpContext http)
    {
        var links = new Links(http.Request);
        return Reply.Ok(SmallList.Of(found, each => new Listed(each.Guid, each.Name, each.CreatedAt, each.UpdatedAt, Metadata.Empty), list, http.Request, each => SecurityGroupResponse.Of(each, isShown, links)));
    }

    private static async Task<(SecurityGroup Group, Sight Sight)> FindAsAdmin(string guid, HttpContext http, ISecurityGroups groups, IDirectory directory)
    {
        var found = await Find(guid, http, groups, directory);
        return http.Visit().Caller.IsAdmin ? found : throw new CfException(CfError.NotAuthorized());
    }

    /// <summary>The group, if the caller may see it.</summary>
    private static async Task<(SecurityGroup Group, Sight Sight)> Find(string guid, HttpContext http, ISecurityGroups groups, IDirectory directory)
    {
        var parsed = Guids.Parse(guid, Resource);
        var sight = await Sight.Of(http, directory);
        return await groups.Find(parsed, http.RequestAborted) is { } group && sight.Sees(group) ? (group, sight) : throw new CfException(CfError.NotFound(Resource));
    }

    private static async Task Demand(Guid space, HttpContext http, Places places)
    {
        if (await places.OfSpace(space.ToString("D"), http.RequestAborted) is { } place)
        {
            http.Demand(Right.ManageSpace, place);
        }
    }

    private static async Task<IEnumerable<Guid>> Missing(ImmutableArray<Guid> guids, IDirectory directory, CancellationToken cancellation) =>
        guids.Except((await directory.Spaces(cancellation)).Select(each => each.Guid));

    private static CfException TooMuch() =>
        new(CfError.Unprocessable($"All security groups together must not have more than {Limits.EgressReachOfAll} destinations, counted once for each of their ports: make blocks or ranges of some, or delete groups that nothing needs."));

    private static CfException Taken(string name) => new(CfError.Unprocessable($"Security group with name '{name}' already exists."));

    /// <summary>What the caller sees: all groups, or those of these spaces besides those that hold everywhere.</summary>
    private sealed record Sight(bool SeesAll, ImmutableHashSet<Guid> Spaces)
    {
        public bool Sees(SecurityGroup group) => SeesAll || group.IsOfAllRunning || group.IsOfAllStaging || group.RunningSpaces.Any(Names) || group.StagingSpaces.Any(Names);

        /// <summary>Whether the space is there, and seen.</summary>
        public bool Names(Guid space) => Spaces.Contains(space);

        public static async Task<Sight> Of(HttpContext http, IDirectory directory)
        {
            var seen = await http.SpacesWith(Right.SeeSpace, directory);
            return new Sight(AccessRules.Gives(http.Visit().Caller.Authority, Right.SeeSpace), [.. seen.Select(each => each.Guid)]);
        }
    }
}
