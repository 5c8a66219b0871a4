using Granary.Simulator.Parts;

namespace Granary.Simulator;

/// <summary>Draws the faults of a world: what, when, and for how long. Every one of them is mended in the end.</summary>
internal sealed class Faults(World world)
{
    /// <summary>By then all is mended.</summary>
    public static readonly TimeSpan MendedAt = TimeSpan.FromSeconds(60);

    private readonly Chance chance = world.Chance;

    public void Draw()
    {
        switch (world.Settings.Weather)
        {
            case Weather.Fair:
                break;
            case Weather.DatabaseOnly:
                Lose(chance.Seconds(8, 15), TimeSpan.FromSeconds(30), chance.Happens(0.5));
                break;
            case Weather.OneProcess:
                OneProcess(chance.Seconds(8, 30), chance.Seconds(0.5, 25));
                break;
            case Weather.Storm:
                world.Network.Loss = 0.02;
                world.Network.Slow = 0.25;
                var many = chance.Number(10, 25);
                for (var each = 0; each < many; each++)
                {
                    Any(chance.Seconds(4, 50), chance.Seconds(0.5, 9));
                }

                break;
            default:
                world.Network.Loss = chance.Of([0.001, 0.01, 0.05]);
                var count = chance.Number(1, 7);
                for (var each = 0; each < count; each++)
                {
                    Any(chance.Seconds(4, 50), chance.Happens(0.3) ? chance.Seconds(0.2, 3) : chance.Seconds(2, 40));
                }

                break;
        }

        world.Agenda.At(MendedAt, () => (world.Network.Loss, world.Network.Slow) = (0.001, 0.01));
    }

    private void Any(TimeSpan at, TimeSpan lasts)
    {
        switch (chance.Number(0, 13))
        {
            case 0 or 1:
                Isolate(at, lasts, [chance.Of(world.Hosts).Name]);
                break;
            case 2 or 3:
                // Some hosts on one side, the others with the database on the other: {A, B | C + database} among them.
                Isolate(at, lasts, [.. world.Hosts.Where(_ => chance.Happens(0.6)).Select(each => each.Name)]);
                break;
            case 4:
                Between(at, lasts, chance.Of(world.Hosts).Name, Database.Name, chance.Number(0, 2));
                break;
            case 5:
                Between(at, lasts, chance.Of(world.Hosts).Name, chance.Of(world.Hosts).Name, chance.Number(0, 2));
                break;
            case 6 or 7:
                Lose(at, lasts, chance.Happens(0.5));
                break;
            case 8:
                Power(at, lasts, [chance.Of(world.Hosts)]);
                break;
            case 9 when chance.Happens(0.3):
                Power(at, lasts, world.Hosts);
                break;
            case 10:
                EngineDown(at, lasts);
                break;
            case 11:
                // The exception: nobody is left to stop anything.
                var host = chance.Of(world.Hosts);
                Stop(at, lasts, () => host.Warden);
                Stop(at, lasts, () => host.LockOwner);
                break;
            default:
                OneProcess(at, lasts);
                break;
        }
    }

    private void OneProcess(TimeSpan at, TimeSpan lasts)
    {
        var host = chance.Of(world.Hosts);
        switch (chance.Number(0, 3))
        {
            case 0:
                world.Agenda.At(at, () => host.LockOwner?.Kill());
                break;
            case 1:
                world.Agenda.At(at, () => host.Warden?.Kill());
                break;
            case 2:
                Stop(at, lasts, () => host.LockOwner);
                break;
            default:
                Stop(at, lasts, () => host.Warden);
                break;
        }
    }

    /// <summary>Cuts these hosts off from the database and from the hosts that are not among them.</summary>
    private void Isolate(TimeSpan at, TimeSpan lasts, string[] side)
    {
        var others = world.Hosts.Select(each => each.Name).Append(Database.Name).Except(side).ToArray();
        Mended(at, lasts, $"{{{string.Join(", ", side)}}} is cut off from {{{string.Join(", ", others)}}}", () => Each(world.Network.Cut), () => Each(world.Network.Mend));

        void Each(Action<string, string> act)
        {
            foreach (var (left, right) in side.SelectMany(left => others.Select(right => (left, right))))
            {
                act(left, right);
                act(right, left);
            }
        }
    }

    /// <param name="direction">0 both, 1 what is sent, 2 what comes back.</param>
    private void Between(TimeSpan at, TimeSpan lasts, string left, string right, int direction)
    {
        Mended(at, lasts, $"nothing passes from {left} to {right} ({(direction == 0 ? "both ways" : direction == 1 ? "that way" : "only back")})", () => Each(world.Network.Cut), () => Each(world.Network.Mend));

        void Each(Action<string, string> act)
        {
            if (direction != 2)
            {
                act(left, right);
            }

            if (direction != 1)
            {
                act(right, left);
            }
        }
    }

    private void Lose(TimeSpan at, TimeSpan lasts, bool hangs) => Mended(
        at,
        lasts,
        hangs ? "the database hangs" : "the database is down",
        () =>
        {
            if (hangs)
            {
                world.Database.Hang();
            }
            else
            {
                world.Database.IsDown = true;
            }
        },
        () =>
        {
            world.Database.IsDown = false;
            world.Database.GoOn();
        });

    private void Power(TimeSpan at, TimeSpan lasts, IReadOnlyList<Host> hosts) => Mended(
        at,
        lasts,
        $"power off: {string.Join(", ", hosts.Select(each => each.Name))}",
        () => hosts.ToList().ForEach(each => each.PowerOff()),
        () => hosts.ToList().ForEach(each => each.PowerOn()));

    private void EngineDown(TimeSpan at, TimeSpan lasts)
    {
        var (host, cleansUp) = (chance.Of(world.Hosts), chance.Happens(0.5));
        Mended(
            at,
            lasts,
            $"the engine of {host.Name} is down",
            host.Engine.Down,
            () =>
            {
                if (host.IsOn)
                {
                    host.Engine.Up(cleansUp);
                }
            });
    }

    private void Stop(TimeSpan at, TimeSpan lasts, Func<Process?> find)
    {
        Process? process = null;
        world.Agenda.At(at, () =>
        {
            process = find();
            process?.Pause();
            process?.Host.Guard();
        });
        world.Agenda.At(End(at, lasts), () => process?.GoOn());
    }

    private void Mended(TimeSpan at, TimeSpan lasts, string words, Action begin, Action end)
    {
        world.Agenda.At(at, () =>
        {
            world.Tell("fault", words);
            begin();
        });
        world.Agenda.At(End(at, lasts), () =>
        {
            world.Tell("fault", $"mended: {words}");
            end();
        });
    }

    private static TimeSpan End(TimeSpan at, TimeSpan lasts) => at + lasts < MendedAt ? at + lasts : MendedAt;
}
