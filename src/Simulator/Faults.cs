using System.Globalization;
using Granary.Core.Cells;
using Granary.Simulator.Parts;
using Granary.Simulator.Plans;

namespace Granary.Simulator;

/// <summary>Makes the faults of a plan happen, and mends them.</summary>
internal sealed class Faults(World world)
{
    /// <summary>By then whatever waited in the database was carried out.</summary>
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(4);

    public void Schedule()
    {
        foreach (var fault in world.Plan.Faults)
        {
            Schedule(fault);
        }

        world.Agenda.At(world.Plan.MendedAt, () =>
        {
            var (network, odds) = (world.Network, world.Plan.Messages);
            (network.Lost, network.Slow, network.Doubled) = (Math.Min(odds.Lost, 0.001), Math.Min(odds.Slow, 0.01), Math.Min(odds.Doubled, 0.01));
        });
    }

    private void Schedule(PlannedFault fault)
    {
        var hosts = fault.Cells.Select(name => world.HostOf(new CellId(name))).ToArray();
        Process?[] stopped = [];
        var before = 0.0;
        switch (fault.Kind)
        {
            case FaultKind.KillSilo:
                Once(fault, () => Each(hosts, host => host.LockOwner?.Kill()));
                break;
            case FaultKind.KillWarden:
                Once(fault, () => Each(hosts, host => host.Warden?.Kill()));
                break;
            case FaultKind.StopSilo:
                Mended(fault, () => stopped = Pause(hosts, host => [host.LockOwner]), () => GoOn(stopped));
                break;
            case FaultKind.StopWarden:
                Mended(fault, () => stopped = Pause(hosts, host => [host.Warden]), () => GoOn(stopped));
                break;
            case FaultKind.StopBoth:
                Mended(fault, () => stopped = Pause(hosts, host => [host.Warden, host.LockOwner]), () => GoOn(stopped));
                break;
            case FaultKind.KillEngine:
                Mended(fault, () => Each(hosts, host => host.Engine.Down()), () => Each(hosts.Where(host => host.IsOn), host => host.Engine.Up(cleansUp: fault.Amount > 0)));
                break;
            case FaultKind.SlowEngine:
                Mended(fault, () => Each(hosts, host => host.Engine.SlowMax = fault.Amount > 0 ? fault.Amount : 4), () => Each(hosts, host => host.Engine.SlowMax = 0));
                break;
            case FaultKind.KillCell:
                Mended(fault, () => Each(hosts, host => host.PowerOff()), () => Each(hosts, host => host.PowerOn()));
                break;
            case FaultKind.Cut:
                var inside = hosts.Select(each => each.Name).ToArray();
                var outside = world.Hosts.Select(each => each.Name).Append(Database.Name).Except(inside).ToArray();
                Between(fault, [.. inside.SelectMany(left => outside.Select(right => (left, right)))]);
                break;
            case FaultKind.CutDatabase:
                Between(fault, [.. hosts.Select(each => (each.Name, Database.Name))]);
                break;
            case FaultKind.CutPair:
                Between(fault, hosts.Length > 1 && hosts[0] != hosts[1] ? [(hosts[0].Name, hosts[1].Name)] : []);
                break;
            case FaultKind.KillDatabase:
                Mended(fault, () => world.Database.IsDown = true, () => world.Database.IsDown = false);
                break;
            case FaultKind.HangDatabase:
                Mended(fault, world.Database.Hang, world.Database.GoOn);
                break;
            case FaultKind.SlowDatabase:
                Mended(fault, () => world.Database.SlowMax = fault.Amount, () => world.Database.SlowMax = 0);
                break;
            case FaultKind.FailWrites:
                Mended(fault, () => world.Database.Failing = fault.Amount, () => world.Database.Failing = 0);
                break;
            case FaultKind.LoseMessages:
                Mended(fault, () => (before, world.Network.Lost) = (world.Network.Lost, fault.Amount), () => world.Network.Lost = before);
                break;
            case FaultKind.DelayMessages:
                Mended(fault, () => (before, world.Network.Slow) = (world.Network.Slow, fault.Amount), () => world.Network.Slow = before);
                break;
            case FaultKind.DoubleMessages:
                Mended(fault, () => (before, world.Network.Doubled) = (world.Network.Doubled, fault.Amount), () => world.Network.Doubled = before);
                break;
            case FaultKind.EndHost:
                Mended(fault, () => Each(hosts, host => host.End()), () => Each(hosts, host => host.BeginAgain()));
                break;
            case FaultKind.Drain:
                var deadline = (fault.End(world.Plan.MendedAt) - fault.At) / 2;
                var isOver = false;
                Mended(fault, () => Operate(hosts, at => new DrainEvent.DrainRequested(at, deadline, "maintenance"), world.Witness.DrainOrdered, () => isOver), () =>
                {
                    isOver = true;
                    Uncordon(hosts);
                });
                world.Agenda.At(world.Plan.MendedAt + LateMax, () => Uncordon(hosts)); // A drain that was on its way may have been carried out after the uncordon.
                break;
        }
    }

    private static void Each(IEnumerable<Host> hosts, Action<Host> act)
    {
        foreach (var host in hosts)
        {
            act(host);
        }
    }

    private static Process?[] Pause(Host[] hosts, Func<Host, Process?[]> find)
    {
        var processes = hosts.SelectMany(find).ToArray();
        foreach (var process in processes)
        {
            process?.Pause();
            process?.Host.Guard();
        }

        return processes;
    }

    private static void GoOn(Process?[] processes)
    {
        foreach (var process in processes)
        {
            process?.GoOn();
        }
    }

    /// <summary>Cuts what lies between these nodes: both ways, or only what the left ones send (1), or only what comes back to them (2).</summary>
    private void Between(PlannedFault fault, (string Left, string Right)[] pairs)
    {
        Mended(fault, () => Way(world.Network.Cut), () => Way(world.Network.Mend));

        void Way(Action<string, string> act)
        {
            foreach (var (left, right) in pairs)
            {
                if ((int)fault.Amount != 2)
                {
                    act(left, right);
                }

                if ((int)fault.Amount != 1)
                {
                    act(right, left);
                }
            }
        }
    }

    private void Uncordon(Host[] hosts) => Operate(hosts, at => new DrainEvent.UncordonRequested(at), _ => { }, () => false);

    /// <summary>An operator: repeats until it is written, or he wants something else.</summary>
    private void Operate(Host[] hosts, Func<DateTimeOffset, DrainEvent> @event, Action<DrainState> written, Func<bool> isOver)
    {
        foreach (var host in hosts)
        {
            Operate(host, @event, written, isOver);
        }
    }

    private void Operate(Host host, Func<DateTimeOffset, DrainEvent> @event, Action<DrainState> written, Func<bool> isOver)
    {
        var isWritten = false;
        Again();

        void Again()
        {
            if (isWritten || isOver())
            {
                return;
            }

            if (world.AnyGrainSilo() is { } silo)
            {
                world.Database.Write(silo, () => world.Database.Write(host.Cell, @event(silo.Host.WallClock)), drain =>
                {
                    if (!isWritten)
                    {
                        isWritten = true;
                        written(drain);
                    }
                });
            }

            world.Agenda.After(TimeSpan.FromSeconds(1), Again);
        }
    }

    private void Once(PlannedFault fault, Action act) => world.Agenda.At(fault.At, () =>
    {
        world.Tell("fault", $"{Words(fault)}");
        world.Witness.Fault(fault, world.Agenda.Now);
        act();
    });

    private void Mended(PlannedFault fault, Action begin, Action end)
    {
        Once(fault, begin);
        if (fault.Lasts is null)
        {
            world.Agenda.At(fault.At, () => Each(fault.Cells.Select(name => world.HostOf(new CellId(name))), host => host.IsGone = true));
            return;
        }

        world.Agenda.At(fault.End(world.Plan.MendedAt), () =>
        {
            world.Tell("fault", $"mended: {Words(fault)}");
            end();
        });
    }

    private static string Words(PlannedFault fault) => string.Create(CultureInfo.InvariantCulture, $"{FaultKinds.Word(fault.Kind)} {string.Join(", ", fault.Cells)}{(fault.Amount > 0 ? $" {fault.Amount:0.##}" : "")}");
}
