namespace Granary.Simulator.Oracles;

/// <summary>When all has come to rest no container and no note is left of what has ended, on any host that anybody can reach.</summary>
internal static class NothingRemains
{
    public static IEnumerable<string> Check(World world) =>
        from host in world.Hosts
        where !host.IsGone
        from attempt in host.Engine.Containers.Select(each => (each.Attempt.Work, each.Attempt.Number)).Union(host.Journal.Keys)
        let key = new Core.Attempts.AttemptKey(attempt.Item1, attempt.Item2)
        where world.Database.Works.Find(key.Work)?.Work.IsHeldBy(key, host.Cell) != true
        select $"{host.Name} still has {world.Words(key)}";
}
