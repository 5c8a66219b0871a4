using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>What deploy/systemd relies on: a service that says how it does, and a warden and a silo that survive each other.</summary>
public sealed class ServiceTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    private const string NoEngine = "unix:///nonexistent/docker.sock";

    [Fact]
    public async Task On_SQLite_the_service_is_the_silo_and_says_when_it_is_ready_alive_and_stopping()
    {
        await using var service = new ServiceProcess(await TestState.FolderFor("service"), ["--docker", NoEngine, .. Ports()]);

        await service.Until(() => service.Count("READY=1") == 1, "it is ready");
        await service.Until(() => service.Count("WATCHDOG=1") >= 3, "it beats");
        Signal.Terminate.To(service.Pid);

        Assert.Equal(0, await service.Ended());
        Assert.Equal(1, service.Count("STOPPING=1"));
        Assert.Contains("Granary is up: cell cell-1 on", service.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_cluster_the_service_is_the_warden_and_keeps_a_silo_up_until_it_is_told_to_end()
    {
        var folder = await TestState.FolderFor("warden");
        var config = await TestState.FolderFor("warden.json");
        await File.WriteAllTextAsync(config, """{"Lease": {"ServingGrace": "00:00:06"}}""");
        string[] switches = ["--config", config, "--docker", NoEngine, "--db", await postgres.CreateDatabase(), .. Ports()];
        await using var service = new ServiceProcess(folder, switches);
        await service.Until(() => service.Count("READY=1") > 0 && ServiceProcess.PidIn(Silo(folder)) is not null, "its silo is up");
        var first = ServiceProcess.PidIn(Silo(folder))!.Value;

        // Killed, told to end, or asked to come back as it is on the disk: it comes back.
        var second = await Next(service, folder, first, Signal.Kill, first);
        var third = await Next(service, folder, second, Signal.Terminate, second);
        var fourth = await Next(service, folder, third, Signal.HangUp, service.Pid);

        // The warden is killed: the silo lives, and another process of the service takes the place of the one before, or waits for it.
        Signal.Kill.To(service.Pid);
        await service.Ended();
        await using var again = new ServiceProcess(folder, switches);
        await again.Until(() => again.Count("READY=1") > 0, "the service is up again");
        Assert.Equal(fourth, ServiceProcess.PidIn(Silo(folder)));

        Signal.Terminate.To(again.Pid);
        Assert.Equal(0, await again.Ended());
        Assert.Null(ServiceProcess.PidIn(Silo(folder)));
        // A warden that the silo started meanwhile and that had to wait for its place finds nothing to guard.
        using var limit = new CancellationTokenSource(ServiceProcess.Max);
        while (ServiceProcess.PidIn(Path.Combine(folder, "cell-1", "warden")) is not null)
        {
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>Another process of the silo than this one, after this signal.</summary>
    private static async Task<int> Next(ServiceProcess service, string folder, int before, Signal signal, int to)
    {
        var heard = service.Count("is up");
        signal.To(to);
        await service.Until(() => ServiceProcess.PidIn(Silo(folder)) is { } now && now != before && service.Count("is up") > heard, $"another silo than process {before} is up, after {signal}");
        return ServiceProcess.PidIn(Silo(folder))!.Value;
    }

    private static string Silo(string folder) => Directory.EnumerateFiles(Path.Combine(folder, "cell-1", "silos")).FirstOrDefault(each => !each.EndsWith(".unfinished", StringComparison.Ordinal)) ?? "/nonexistent/silo";

    private static string[] Ports()
    {
        var ports = FreePorts.Take(3);
        return ["--http", $"http://127.0.0.1:{ports[0]}", "--silo-port", $"{ports[1]}", "--gateway-port", $"{ports[2]}"];
    }
}
