using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Runtime.Conformance;

/// <summary>A real engine under test. What a stranger does to it is done with Docker's own command.</summary>
internal sealed class DockerEngine(PrivateEngine engine, IContainerRuntime runtime) : IEngineUnderTest
{
    public IContainerRuntime Runtime => runtime;

    public ContainerSpec Spec(CellId cell, AttemptKey attempt, Behaviour behaviour) => new(
        cell,
        attempt,
        new ContainerSource(behaviour is Behaviour.HasNoImage ? "granary/nothing:none" : SharedEngine.BusyboxImage, null),
        behaviour is Behaviour.HasNoCommand ? ["/no/such/command"] : ["sh", "-c", ShellText(behaviour)],
        User: null,
        WorkingDirectory: "/",
        ImmutableSortedDictionary<string, string>.Empty,
        new ContainerLimits(MemoryMb: 64, DiskMb: 64, ContainerLimits.CpuSharesFor(64), ContainerLimits.DefaultPids),
        ContainerNetwork.None,
        StopGrace: TimeSpan.FromSeconds(1));

    public Task TakeName(AttemptKey attempt) => Docker("create", "--name", attempt.ContainerName, SharedEngine.BusyboxImage, "true");

    public async Task<bool> IsNameTaken(AttemptKey attempt) =>
        (await Docker("ps", "--all", "--format", "{{.Names}}")).Split('\n').Contains(attempt.ContainerName);

    public Task FreeName(AttemptKey attempt) => Docker("rm", attempt.ContainerName);

    private static string ShellText(Behaviour behaviour) => behaviour switch
    {
        Behaviour.Exits exits => $"exit {exits.Code}",
        Behaviour.Prints prints => string.Join(';', [.. prints.Out.Select(line => $"echo '{line}'"), .. prints.Error.Select(line => $"echo '{line}' >&2"), "true"]),
        Behaviour.PrintsAlike prints => $"yes 'the same' | head -n {prints.Lines}",
        Behaviour.PrintsSlowly prints => $"echo {Behaviour.Ready}; n=1; while [ $n -le {prints.Lines} ]; do echo out $n; n=$((n+1)); sleep 0.05; done",
        Behaviour.PrintsLong prints => $"head -c {prints.Length} /dev/zero | tr '\\0' x; echo",
        Behaviour.PrintsWithoutLineEnd prints => $"echo '{prints.Line}'; printf %s '{prints.Rest}'",
        Behaviour.Leaves leaves => $"mkdir {Behaviour.Leaves.Folder}; echo '{leaves.Line}' > {Behaviour.Leaves.Folder}/left.txt",
        Behaviour.Waits => $"echo {Behaviour.Ready}; exec sleep 600",
        Behaviour.Works => $"head -c 4194304 /dev/zero > {Behaviour.Leaves.Folder}.data; echo {Behaviour.Ready}; while :; do :; done",
        // A child inherits an ignored signal, so the sleep lives on too.
        Behaviour.WaitsIgnoringTerm => $"trap '' TERM; echo {Behaviour.Ready}; while :; do sleep 1; done",
        // A shell runs its handler when the command in front of it has ended: a short one.
        Behaviour.WaitsThenExits waits => $"trap 'exit {waits.CodeOnTerm}' TERM; echo {Behaviour.Ready}; while :; do sleep 0.1; done",
        Behaviour.EatsMemory => "text=0123456789; while :; do text=$text$text; done",
        _ => "true",
    };

    private async Task<string> Docker(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("docker", ["--host", engine.SocketUri, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Patience.Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"docker {string.Join(' ', arguments)}: {await errors}");
    }
}
