using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Docker.DotNet;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Silo.Docker;
using Granary.Silo.Droplets;
using Granary.Testing;

namespace Granary.Docker.Tests;

/// <summary>What a container did.</summary>
public sealed record Ran(ContainerReport Report, string Out, string Errors)
{
    public override string ToString() => $"exit {Report.ExitCode}, out of memory: {Report.OutOfMemory}\n{Out}\n{Errors}";
}

/// <summary>A cell on an engine: the runtime under test with a state folder and droplets of its own, and a client to look over its shoulder.</summary>
public sealed class Cell : IAsyncDisposable
{
    public const string Script = "#!/bin/sh\necho one sentence\n";

    /// <summary>For one life of a container on a machine under full load.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentBag<AttemptKey> attempts = [];

    public Cell(PrivateEngine engine, Action<DockerOptions>? change = null, string folder = "cell")
    {
        Options = new DockerOptions { Endpoint = engine.SocketUri, StateFolder = Path.Combine(engine.Folder, folder), FirewallTrust = TimeSpan.Zero };
        change?.Invoke(Options);
        Client = new DockerClientBuilder().WithEndpoint(new Uri(engine.SocketUri)).Build();
        Runtime = new DockerRuntime(Options, Droplets, Droplets, Seal, TimeProvider.System);
    }

    public DockerOptions Options { get; }

    public TestDroplets Droplets { get; } = new();

    /// <summary>Of passwords of registries.</summary>
    public PasswordSeal Seal { get; } = new(new byte[32]);

    public DockerRuntime Runtime { get; }

    public DockerClient Client { get; }

    public CellId Id { get; } = new($"cell-{Guid.NewGuid():N}");

    public ContainerSpec Droplet(string command, int memoryMb = 64, int diskMb = 64, int pids = 256, ContainerNetwork network = ContainerNetwork.None) =>
        Spec(SharedEngine.StackImage, TestDroplets.Digest, ["bash", "-c", command], TaskEnvironment.AppDirectory, memoryMb, diskMb, pids, network);

    public ContainerSpec Image(string command, int memoryMb = 64, int diskMb = 64, ContainerNetwork network = ContainerNetwork.None) =>
        Spec(SharedEngine.BusyboxImage, null, ["/bin/sh", "-c", command], "/", memoryMb, diskMb, 64, network);

    public async Task<AttemptKey> Created(ContainerSpec spec)
    {
        var outcome = await Runtime.Create(spec, default).WaitAsync(Patience);
        Assert.True(outcome is CreateOutcome.Created, outcome.ToString());
        return spec.Attempt;
    }

    public async Task<AttemptKey> Started(ContainerSpec spec)
    {
        var attempt = await Created(spec);
        var outcome = await Runtime.Start(attempt, default).WaitAsync(Patience);
        Assert.True(outcome is StartOutcome.Started, outcome.ToString());
        return attempt;
    }

    public async Task<Ran> Run(ContainerSpec spec)
    {
        var attempt = await Created(spec);
        var output = await Runtime.OpenOutput(attempt, OutputMarks.Start, default);
        var outcome = await Runtime.Start(attempt, default).WaitAsync(Patience);
        Assert.True(outcome is StartOutcome.Started, outcome.ToString());
        var lines = new List<OutputLine>();
        await foreach (var line in output)
        {
            lines.Add(line);
        }

        var report = await Runtime.Wait(attempt, default).WaitAsync(Patience);
        await Runtime.Remove(attempt, default).WaitAsync(Patience);
        return new Ran(report, Text(lines, OutputStream.Out), Text(lines, OutputStream.Error));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var attempt in attempts)
        {
            await Runtime.Remove(attempt, default).WaitAsync(Patience);
        }

        Runtime.Dispose();
        Client.Dispose();
    }

    public static string Text(IEnumerable<OutputLine> lines, OutputStream stream) =>
        string.Concat(lines.Where(line => line.Stream == stream).Select(line => Encoding.UTF8.GetString(line.Text.Span) + (line.EndsLine ? "\n" : "")));

    private ContainerSpec Spec(
        string image,
        string? digest,
        ImmutableArray<string> command,
        string directory,
        int memoryMb,
        int diskMb,
        int pids,
        ContainerNetwork network)
    {
        var attempt = new AttemptKey(Guid.NewGuid(), 1);
        attempts.Add(attempt);
        var environment = ImmutableSortedDictionary<string, string>.Empty.Add("GREETING", "hello world");
        environment = digest is null ? environment : environment.Add("HOME", TaskEnvironment.AppDirectory).Add("TMPDIR", "/home/vcap/tmp").Add("USER", "vcap");
        return new ContainerSpec(
            Id,
            attempt,
            new ContainerSource(image, digest),
            command,
            digest is null ? null : "vcap",
            directory,
            environment,
            new ContainerLimits(memoryMb, diskMb, ContainerLimits.CpuSharesFor(memoryMb), pids),
            network,
            TimeSpan.FromSeconds(7));
    }
}

/// <summary>One droplet with a script and a file, and how often it was unpacked.</summary>
public sealed class TestDroplets : IDropletSource, IDropletUnpacker
{
    public static readonly string Digest = new('d', 64);

    private int unpacks;

    public int Unpacks => unpacks;

    public Task<Stream> Open(string digest, CancellationToken cancellation) => digest == Digest
        ? Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(Cell.Script)))
        : Task.FromException<Stream>(new FileNotFoundException($"there is no droplet {digest}"));

    public async Task Unpack(Stream bits, string directory, bool linksMayLeave, CancellationToken cancellation)
    {
        Interlocked.Increment(ref unpacks);
        var tasks = Directory.CreateDirectory(Path.Combine(directory, "tasks"));
        var script = Path.Combine(tasks.FullName, "sample-task.sh");
        await using (var file = File.Create(script))
        {
            await bits.CopyToAsync(file, cancellation);
        }

        Kernel.ChangeMode(script, Convert.ToUInt32("755", 8));
        await File.WriteAllTextAsync(Path.Combine(directory, "plain.txt"), string.Create(CultureInfo.InvariantCulture, $"{1}\n"), cancellation);
    }
}
