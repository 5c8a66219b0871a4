using CsCheck;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Instances;

/// <summary>One index of an app and the instances of its two lanes, with every message late, lost or repeated.</summary>
public sealed class HandOverProperties
{
    private const int Lists = 50_000;

    private static readonly Gen<(int Kind, int Pick)[]> Lives = Gen.Select(Gen.Int[0, 15], Gen.Int[0, 1000], (kind, pick) => (kind, pick)).Array[1, 80];

    [Fact]
    public void Two_of_an_index_run_only_while_one_makes_way_and_their_numbers_rise_from_lane_to_lane() => Lives.Sample(
        life =>
        {
            var index = new Index();
            foreach (var (kind, pick) in life)
            {
                index.Step(kind, pick);
            }
        },
        iter: Lists);

    [Fact]
    public void Exactly_one_is_up_once_the_world_is_well() => Lives.Sample(
        life =>
        {
            var index = new Index();
            foreach (var (kind, pick) in life)
            {
                index.Step(kind, pick);
            }

            index.BecomesWell();
        },
        iter: Lists / 5);

    private sealed class Index
    {
        private static readonly DropletState Worker = A.StagedDroplet(("worker", "work hard"));

        private readonly InstanceState[] lanes = [new(), new()];
        private readonly List<InstanceOrder> orders = [];
        private readonly List<InstanceNews> news = [];
        private AppState app = A.ExistingApp();
        private DateTimeOffset now = A.Start;
        private int newest;

        public Index()
        {
            Tell(new AppEvent.DropletAssigned(now, Worker));
            Tell(new AppEvent.ProcessChanged(now, "worker", new ProcessChange(Instances: 1), Worker));
            Tell(new AppEvent.StateDesired(now, DesiredState.Started, Worker));
        }

        public void Step(int kind, int pick)
        {
            now += TimeSpan.FromSeconds(pick % 20);
            var lane = lanes[pick % 2];
            switch (kind)
            {
                case 0 or 1 or 2 when orders.Count > 0:
                    Order(orders[^(1 + (pick % Math.Min(4, orders.Count)))]);
                    break;
                case 3 or 4 when news.Count > 0:
                    Tell(new AppEvent.InstancesSpoke(now, [news[^(1 + (pick % Math.Min(4, news.Count)))]]));
                    break;
                case 5 or 6 when lane.IsWaiting:
                    Place(pick % 2);
                    break;
                case 7:
                    Tell(pick % 2, new InstanceEvent.Reported(now, new AttemptReport.Started(lane.Attempt)));
                    break;
                case 8 when lane.HoldsCell:
                    Tell(pick % 2, new InstanceEvent.Reported(now, new AttemptReport.Exited(lane.Attempt, new AttemptExit(1, false, A.Start, now, BeforeStop: lane.IsRunning))));
                    break;
                case 9 when lane.HoldsCell:
                    Tell(pick % 2, new InstanceEvent.Reported(now, new AttemptReport.Displaced(lane.Attempt, "it drains")));
                    break;
                case 10 or 11:
                    Tell(pick % 2, new InstanceEvent.MakeWay(now, lane.Attempt, "its cell is drained"));
                    break;
                case 12 when lane.Phase != InstancePhase.Absent:
                    Tell(pick % 2, new InstanceEvent.Woke(now));
                    break;
                case 13 when pick < 300:
                    Tell(new AppEvent.RestartRequested(now, Worker));
                    break;
                case 14 when pick < 300:
                    Tell(new AppEvent.ProcessChanged(now, "worker", new ProcessChange(Instances: pick % 3), Worker));
                    break;
                case 15 when app.WakeAt is not null && orders.Where(each => each.Revision == app.Revision).All(each => lanes[each.Lane].Revision >= each.Revision):
                    Tell(new AppEvent.InstancesTold(now, app.Revision));
                    break;
                default:
                    break;
            }
        }

        /// <summary>Every message comes through, placement finds cells, and cells do what they are told.</summary>
        public void BecomesWell()
        {
            Tell(new AppEvent.ProcessChanged(now, "worker", new ProcessChange(Instances: 1), Worker));
            for (var round = 0; round < 20 && !IsWell(); round++)
            {
                now += TimeSpan.FromHours(1);
                foreach (var order in AppProcesses.Orders(app, new TaskPolicy(), CrashPolicy.Default).Where(each => each.Index == 0).ToArray())
                {
                    Order(order);
                }

                if (app.WakeAt is not null)
                {
                    Tell(new AppEvent.InstancesTold(now, app.Revision));
                }

                for (var lane = 0; lane < 2; lane++)
                {
                    var instance = lanes[lane];
                    switch (instance.Phase)
                    {
                        case InstancePhase.Pending:
                            Place(lane);
                            break;
                        case InstancePhase.Running when instance.UpSince is null:
                            Tell(lane, new InstanceEvent.Reported(now, new AttemptReport.Started(instance.Attempt)));
                            break;
                        case InstancePhase.Canceling:
                            Tell(lane, new InstanceEvent.Reported(now, new AttemptReport.Exited(instance.Attempt, new AttemptExit(143, false, A.Start, now, BeforeStop: false))));
                            break;
                        case not InstancePhase.Absent:
                            Tell(lane, new InstanceEvent.Woke(now));
                            break;
                        default:
                            break;
                    }
                }

                foreach (var said in lanes.Select(each => each.News).OfType<InstanceNews>().ToArray())
                {
                    Tell(new AppEvent.InstancesSpoke(now, [said]));
                }
            }

            Require(IsWell(), $"not well: {lanes[0].Phase} {lanes[0].Part} and {lanes[1].Phase} {lanes[1].Part}, {AppProcesses.Of(app, "worker").LanesOf(0)}");
        }

        private bool IsWell()
        {
            var current = AppProcesses.Of(app, "worker").LanesOf(0);
            return !current.IsRelieved && lanes[current.Current] is { Phase: InstancePhase.Running, UpSince: not null, Part: Part.None } && lanes[current.Other].Phase is InstancePhase.Stopped or InstancePhase.Absent;
        }

        private void Order(InstanceOrder order) => Tell(order.Lane, new InstanceEvent.Ordered(now, order));

        private void Place(int lane)
        {
            var number = lanes[lane].Attempt + 1;
            Tell(lane, new InstanceEvent.Placed(now, number, new CellId("cell-1")));
            Require(number > newest || lanes[1 - lane].Attempt < number, $"attempt {number} of lane {lane} is not above what ran before");
            newest = number;
        }

        private void Tell(AppEvent @event)
        {
            var decision = AppMachine.Decide(app, @event);
            Require(AppInvariants.Check(app, decision).IsEmpty, string.Join("; ", AppInvariants.Check(app, decision)));
            app = decision.Next;
            if (!decision.Effects.IsEmpty)
            {
                orders.AddRange(AppProcesses.Orders(app, new TaskPolicy(), CrashPolicy.Default).Where(each => each.Index == 0));
            }
        }

        private void Tell(int lane, InstanceEvent @event)
        {
            var decision = InstanceMachine.Decide(lanes[lane], @event);
            Require(InstanceInvariants.Check(lanes[lane], decision).IsEmpty, string.Join("; ", InstanceInvariants.Check(lanes[lane], decision)));
            lanes[lane] = decision.Next;
            news.AddRange(decision.Effects.OfType<AttemptEffect.TellApp>().Select(each => each.News));
            Require(!lanes.All(each => each.IsRunning) || lanes.Any(each => each.Part == Part.IsRelieved), $"both lanes run, and none makes way: {lanes[0].Attempt} {lanes[0].Part} and {lanes[1].Attempt} {lanes[1].Part} after {@event}");
        }

        private static void Require(bool holds, string rule)
        {
            if (!holds)
            {
                throw new InvalidOperationException(rule);
            }
        }
    }
}
