using System.Net;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains;
using Granary.Grains.Ports;

namespace Granary.Silo.Wardens;

/// <summary>What a process needs to enforce the lease of a cell, wherever that is: in its warden or in the silo that stands in for one.</summary>
/// <param name="ClusterId">Only members of the same cluster answer each other.</param>
/// <param name="Address">This host, for the other members.</param>
internal sealed record EnforcementPlace(CellId Cell, string CellFolder, string ClusterId, IPAddress Address, LeaseOptions Options, ILeaseStore Store, ILogger Logger)
{
    /// <summary>The control group of the cell, as <see cref="Wardens.CellGroup.Open"/> wants it.</summary>
    public string CellGroup => Wardens.CellGroup.ParentOf(Cell, CellFolder, Wardens.CellGroup.Cgroupfs);
}

/// <summary>
/// Enforces a cell's lease in this process, and asks and answers the roster. A warden judges the leases of others too; a silo that stands in for one judges nobody
/// and answers nobody, unless the cluster has no wardens.
/// </summary>
internal sealed class Enforcement : IDisposable
{
    /// <summary>The longest that an engine was seen to take for a start on a machine under full load, and as much again.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(10);

    private readonly EnforcementPlace place;
    private readonly LeasePolicy policy;
    private readonly RosterTalk talk;
    private readonly MemberEndpoints endpoints = new();
    private readonly Judge? judge;

    /// <param name="kind">Warden or silo, for the name in the lease's row.</param>
    /// <param name="candidates">The silos to watch; null for a silo that stands in.</param>
    public Enforcement(EnforcementPlace place, string kind, TimeSpan? sentAt, Candidates? candidates, CancellationToken cancellation)
    {
        this.place = place;
        policy = place.Options.Policy();
        var isUnattended = place.Options.EnforcedBy == LeaseEnforcer.Silo;
        talk = new RosterTalk(place.Cell, place.ClusterId, place.Address, place.Options.Port, place.Logger);
        judge = candidates is null && !isUnattended ? null : new Judge(place.Cell, place.Store, policy, endpoints, isUnattended, place.Logger);
        var parts = new EnforcerParts(
            place.Store,
            CellGroup.Open(place.CellGroup),
            new KillNotes(place.CellFolder),
            new StartsInFlight(new StartMarks(place.CellFolder), StartMax),
            new StartGate(place.CellFolder),
            new LastRenewal(place.CellFolder),
            place.Logger);
        Enforcer = new Enforcer(place.Cell, Member.Here(kind, talk.Endpoint).ToString(), policy, parts, sentAt, [])
        {
            Ask = (member, answered) => Ask(member, answered, cancellation),
            KillSilo = silo => candidates?.Kill(silo),
            StartSilo = silo => candidates?.Start(silo, cancellation),
        };
    }

    public Enforcer Enforcer { get; }

    /// <summary>Returns when another process has taken the lease over, or everything was stopped on request.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var enforcing = Enforcer.Run(ending.Token);
        Task[] beside = [talk.Run(Reaches, ending.Token), judge?.Run(ending.Token) ?? Read(ending.Token)];
        await await Task.WhenAny([enforcing, .. beside]);
        await ending.CancelAsync();
        await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Cancelled; one that failed was heard above.
        await enforcing;
    }

    public void Dispose() => talk.Dispose();

    private Task<bool?> Reaches(CellId asker) => Task.FromResult(judge?.Reaches(asker));

    private void Ask(CellId member, Action<bool> answered, CancellationToken cancellation)
    {
        if (endpoints.Of(member) is { } endpoint)
        {
            _ = talk.Ask(endpoint, answered, cancellation);
        }
    }

    /// <summary>Who does not judge still has to know where to ask.</summary>
    private async Task Read(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(policy.RenewEvery);
        do
        {
            try
            {
                endpoints.Take(await place.Store.Read(cancellation));
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                // The enforcer tells that the database is away.
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }
}
