using System.Data.Common;
using System.Text.Json;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using static Granary.Silo.Storage.Access.Statements;

namespace Granary.Silo.Storage.Access;

/// <summary>Organizations, spaces and roles in rows of their own.</summary>
internal sealed class DirectoryStore(Database database, TimeProvider clock) : IDirectory
{
    private const string SelectOrganization = "SELECT guid AS Guid, name AS Name, is_suspended AS IsSuspended, metadata AS Metadata, quota AS Quota, segment AS Segment, created_at AS CreatedAt, updated_at AS UpdatedAt FROM granary_organization";

    private const string SelectSpace = "SELECT guid AS Guid, organization AS Organization, name AS Name, metadata AS Metadata, quota AS Quota, segment AS Segment, created_at AS CreatedAt, updated_at AS UpdatedAt FROM granary_space";

    /// <summary>After the spaces are gone: whoever binds a group at the same time holds its space until that is done.</summary>
    private const string Unbind = "DELETE FROM granary_security_group_space WHERE space NOT IN (SELECT guid FROM granary_space)";

    private long Now => ListingRow.Micros(clock.GetUtcNow());

    public async Task<Organization?> FindOrganization(Guid guid, CancellationToken cancellation) =>
        (await database.One<PlaceRow>($"{SelectOrganization} WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation))?.AsOrganization;

    public async Task<Space?> FindSpace(Guid guid, CancellationToken cancellation) =>
        (await database.One<PlaceRow>($"{SelectSpace} WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation))?.AsSpace;

    public async Task<Membership?> FindRole(Guid guid, CancellationToken cancellation) =>
        (await database.One<RoleRow>($"{RoleRow.Select} WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation))?.Membership;

    public async Task<IReadOnlyList<Organization>> Organizations(CancellationToken cancellation) =>
        [.. (await database.Many<PlaceRow>($"{SelectOrganization} ORDER BY created_at, guid", null, cancellation)).Select(row => row.AsOrganization)];

    public async Task<IReadOnlyList<Space>> Spaces(CancellationToken cancellation) =>
        [.. (await database.Many<PlaceRow>($"{SelectSpace} ORDER BY created_at, guid", null, cancellation)).Select(row => row.AsSpace)];

    public async Task<IReadOnlyList<Membership>> Roles(CancellationToken cancellation) =>
        [.. (await database.Many<RoleRow>($"{RoleRow.Select} ORDER BY created_at, guid", null, cancellation)).Select(row => row.Membership)];

    public async Task<Place?> PlaceOf(Guid space, CancellationToken cancellation) =>
        await database.One<PlaceRow>(
            "SELECT organization.guid AS Guid, organization.is_suspended AS IsSuspended FROM granary_space AS space JOIN granary_organization AS organization ON organization.guid = space.organization WHERE space.guid = @Space",
            new { Space = Key(space) },
            cancellation) is { } row ? new Place(Guid.Parse(row.Guid), space, row.IsSuspended) : null;

    public Task<bool> IsThere(Guid space, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var values = new { Guid = Key(space) };
            await Lock(connection, transaction, "guid = (SELECT organization FROM granary_space WHERE guid = @Guid)", values, cancellation);
            return await connection.Count(transaction, "SELECT count(*) FROM granary_space WHERE guid = @Guid", values, cancellation) > 0;
        },
        cancellation);

    public async Task<DirectoryOutcome> Add(Organization organization, CancellationToken cancellation) => await database.Changes(
        """
        INSERT INTO granary_organization (guid, name, name_key, is_suspended, metadata, created_at, updated_at)
        VALUES (@Guid, @Name, @Folded, @IsSuspended, @Metadata, @CreatedAt, @CreatedAt) ON CONFLICT DO NOTHING
        """,
        new { Guid = Key(organization.Guid), organization.Name, Folded = ListingRow.Fold(organization.Name), organization.IsSuspended, Metadata = Text(organization.Metadata), CreatedAt = ListingRow.Micros(organization.CreatedAt) },
        cancellation) ? DirectoryOutcome.Done : DirectoryOutcome.Taken;

    public Task<DirectoryOutcome> Add(Space space, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var values = new { Guid = Key(space.Guid), Organization = Key(space.Organization), space.Name, Folded = ListingRow.Fold(space.Name), Metadata = Text(space.Metadata), CreatedAt = ListingRow.Micros(space.CreatedAt) };
            if (!await Lock(connection, transaction, "guid = @Organization", values, cancellation))
            {
                return DirectoryOutcome.NotFound;
            }

            const string insert = "INSERT INTO granary_space (guid, organization, name, name_key, metadata, created_at, updated_at) VALUES (@Guid, @Organization, @Name, @Folded, @Metadata, @CreatedAt, @CreatedAt) ON CONFLICT DO NOTHING";
            var added = await connection.Run(transaction, insert, values, cancellation);
            return added > 0 ? DirectoryOutcome.Done : DirectoryOutcome.Taken;
        },
        cancellation);

    public Task<DirectoryOutcome> Add(Membership role, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var values = new
            {
                Guid = Key(role.Guid),
                Kind = role.Grant.Role.ToString(),
                role.Subject,
                Organization = Key(role.Grant.Organization),
                Space = role.Grant.Space is { } space ? Key(space) : "",
                CreatedAt = ListingRow.Micros(role.CreatedAt),
            };
            if (!await Lock(connection, transaction, "guid = @Organization", values, cancellation)
                || (values.Space.Length > 0 && await connection.Count(transaction, "SELECT count(*) FROM granary_space WHERE guid = @Space AND organization = @Organization", values, cancellation) == 0))
            {
                return DirectoryOutcome.NotFound;
            }

            if (values.Space.Length > 0 && await connection.Count(transaction, "SELECT count(*) FROM granary_role WHERE subject = @Subject AND organization = @Organization AND space = ''", values, cancellation) == 0)
            {
                return DirectoryOutcome.NoMember;
            }

            var added = await connection.Run(transaction, "INSERT INTO granary_role (guid, kind, subject, organization, space, created_at) VALUES (@Guid, @Kind, @Subject, @Organization, @Space, @CreatedAt) ON CONFLICT DO NOTHING", values, cancellation);
            return added > 0 ? DirectoryOutcome.Done : DirectoryOutcome.Taken;
        },
        cancellation);

    public Task<DirectoryOutcome> Change(Organization organization, CancellationToken cancellation) => Change(
        "UPDATE granary_organization SET name = @Name, name_key = @Folded, is_suspended = @IsSuspended, metadata = @Metadata, updated_at = @Now WHERE guid = @Guid",
        new { Guid = Key(organization.Guid), organization.Name, Folded = ListingRow.Fold(organization.Name), organization.IsSuspended, Metadata = Text(organization.Metadata), Now },
        cancellation);

    public Task<DirectoryOutcome> Change(Space space, CancellationToken cancellation) => Change(
        "UPDATE granary_space SET name = @Name, name_key = @Folded, metadata = @Metadata, updated_at = @Now WHERE guid = @Guid",
        new { Guid = Key(space.Guid), space.Name, Folded = ListingRow.Fold(space.Name), Metadata = Text(space.Metadata), Now },
        cancellation);

    public Task<DirectoryOutcome> RemoveOrganization(Guid guid, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var values = new { Guid = Key(guid) };
            await Lock(connection, transaction, "guid = @Guid", values, cancellation);
            if (await connection.Count(transaction, "SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = 'app' AND scope IN (SELECT guid FROM granary_space WHERE organization = @Guid)", values, cancellation) > 0)
            {
                return DirectoryOutcome.NotEmpty;
            }

            await connection.Run(transaction, "DELETE FROM granary_role WHERE organization = @Guid", values, cancellation);
            await connection.Run(transaction, "DELETE FROM granary_space WHERE organization = @Guid", values, cancellation);
            await connection.Run(transaction, Unbind, values, cancellation);
            await connection.Run(transaction, "DELETE FROM granary_quota WHERE organization = @Guid", values, cancellation);
            await connection.Run(transaction, "DELETE FROM granary_entitlement WHERE organization = @Guid", values, cancellation);
            return await connection.Run(transaction, "DELETE FROM granary_organization WHERE guid = @Guid", values, cancellation) > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    public Task<DirectoryOutcome> RemoveSpace(Guid guid, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var values = new { Guid = Key(guid) };
            await Lock(connection, transaction, "guid = (SELECT organization FROM granary_space WHERE guid = @Guid)", values, cancellation);
            if (await connection.Count(transaction, "SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = 'app' AND scope = @Guid", values, cancellation) > 0)
            {
                return DirectoryOutcome.NotEmpty;
            }

            await connection.Run(transaction, "DELETE FROM granary_role WHERE space = @Guid", values, cancellation);
            var removed = await connection.Run(transaction, "DELETE FROM granary_space WHERE guid = @Guid", values, cancellation);
            await connection.Run(transaction, Unbind, values, cancellation);
            return removed > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    public Task<DirectoryOutcome> RemoveRole(Guid guid, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            const string inSpaces = """
                SELECT count(*) FROM granary_role AS member JOIN granary_role AS other ON other.subject = member.subject AND other.organization = member.organization
                WHERE member.guid = @Guid AND member.kind = @Member AND other.space <> ''
                """;
            var values = new { Guid = Key(guid), Member = nameof(Role.OrganizationUser) };
            await Lock(connection, transaction, "guid = (SELECT organization FROM granary_role WHERE guid = @Guid)", values, cancellation);
            return await connection.Count(transaction, inSpaces, values, cancellation) > 0 ? DirectoryOutcome.NotEmpty
                : await connection.Run(transaction, "DELETE FROM granary_role WHERE guid = @Guid", values, cancellation) > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    public Task RemoveRoles(string subject, CancellationToken cancellation) =>
        database.Changes("DELETE FROM granary_role WHERE subject = @Subject", new { Subject = subject }, cancellation);

    private async Task<DirectoryOutcome> Change(string update, object values, CancellationToken cancellation)
    {
        try
        {
            return await database.Changes(update, values, cancellation) ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        }
        catch (NameTakenException)
        {
            return DirectoryOutcome.Taken;
        }
    }

    /// <summary>Lets one change at a time into an organization: nothing is added to what is being removed. False when there is no such organization.</summary>
    private async Task<bool> Lock(DbConnection connection, DbTransaction transaction, string condition, object values, CancellationToken cancellation) =>
        await connection.Lock(transaction, database.Dialect, "granary_organization", condition, values, cancellation) > 0;

    private static string Text(Metadata metadata) => JsonSerializer.Serialize(metadata, StateJson.Options);

    private sealed class PlaceRow
    {
        public string Guid { get; init; } = "";

        public string Organization { get; init; } = "";

        public string Name { get; init; } = "";

        public bool IsSuspended { get; init; }

        public string Metadata { get; init; } = "";

        public string? Quota { get; init; }

        public string? Segment { get; init; }

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }

        public Organization AsOrganization => new(System.Guid.Parse(Guid), Name, IsSuspended, Labels, Instants.Of(CreatedAt), Instants.Of(UpdatedAt)) { Quota = System.Guid.Parse(Quota!), Segment = Optional(Segment) };

        public Space AsSpace => new(System.Guid.Parse(Guid), System.Guid.Parse(Organization), Name, Labels, Instants.Of(CreatedAt), Instants.Of(UpdatedAt)) { Quota = Optional(Quota), Segment = Optional(Segment) };

        private Metadata Labels => JsonSerializer.Deserialize<Metadata>(Metadata, StateJson.Options)!;

        private static Guid? Optional(string? guid) => guid is null ? null : System.Guid.Parse(guid);
    }
}
