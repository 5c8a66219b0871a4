using System.Globalization;
using Docker.DotNet.Models;
using ContainerSpec = Granary.Core.Runtime.ContainerSpec;

namespace Granary.Silo.Docker;

/// <summary>
/// What the engine is told to make of a specification: no capabilities, no new privileges, a read-only root, an init process, an address space
/// of its own for everything, and a limit on all that can run out.
/// </summary>
internal static class ContainerBody
{
    /// <summary>The least that the kernel makes a useful file system of, in KB.</summary>
    private const long TemporaryKbMin = 64;

    /// <param name="folders">The folders of the host that the container gets, by their paths inside.</param>
    /// <param name="network">The network's name; null for none.</param>
    /// <param name="group">The engine's name of the control group for the container's own; null for the engine's choice.</param>
    public static CreateContainerParameters Of(
        ContainerSpec spec,
        ContainerFolders folders,
        string? network,
        string? group,
        DockerOptions options) => new()
        {
            Name = spec.Attempt.ContainerName,
            Image = spec.Source.Image,
            // An entry point of the image would run before the command; an empty one switches it off.
            Entrypoint = [spec.Command[0]],
            Cmd = [.. spec.Command.Skip(1)],
            // Null is the image's own user.
            User = UserOf(spec)!,
            WorkingDir = spec.WorkingDirectory,
            Env = [.. spec.Environment.Select(variable => $"{variable.Key}={variable.Value}")],
            Labels = ContainerLabels.Of(spec.Cell, spec.Attempt),
            StopTimeout = spec.StopGrace,
            StopSignal = "SIGTERM",
            // A health check of the image would run processes that nobody asked for.
            Healthcheck = new HealthcheckConfig { Test = ["NONE"] },
            NetworkDisabled = network is null,
            HostConfig = HostOf(spec, folders, network, group, options),
        };

    private static string? UserOf(ContainerSpec spec) => spec.Source.DropletDigest is not null && spec.User is null or DropletUser.Login
        ? DropletUser.Name
        : spec.User;

    private static HostConfig HostOf(ContainerSpec spec, ContainerFolders folders, string? network, string? group, DockerOptions options)
    {
        var memory = (spec.Limits.MemoryMb + (long)options.MemoryOverheadMb) << 20;
        var temporaryKb = TemporaryKb(spec.Limits.MemoryMb, options);
        return new HostConfig
        {
            NetworkMode = network ?? "none",
            DNS = [.. options.NameServers],
            CgroupParent = group!,
            // Null is the engine's own choice.
            Runtime = options.LowLevelRuntime!,
            Init = true,
            AutoRemove = false,
            ReadonlyRootfs = true,
            CapDrop = ["ALL"],
            SecurityOpt = ["no-new-privileges"],
            IpcMode = "private",
            Memory = memory,
            // Memory and swap together: unset means as much swap again.
            MemorySwap = memory,
            CPUShares = spec.Limits.CpuShares,
            PidsLimit = spec.Limits.Pids,
            ShmSize = 2 * temporaryKb << 10,
            Ulimits =
            [
                new Ulimit { Name = "nofile", Soft = options.OpenFiles, Hard = options.OpenFiles },
                new Ulimit { Name = "core", Soft = 0, Hard = 0 },
            ],
            Tmpfs = TmpfsOf(spec, temporaryKb),
            LogConfig = new LogConfig
            {
                Type = "json-file",
                Config = new Dictionary<string, string>
                {
                    ["max-size"] = string.Create(CultureInfo.InvariantCulture, $"{options.OutputFileMb}m"),
                    ["max-file"] = options.OutputFiles.ToString(CultureInfo.InvariantCulture),
                },
            },
            RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
            Mounts = [.. folders.Writable.Select(folder => MountOf(folder, isReadOnly: false)), .. folders.ReadOnly.Select(folder => MountOf(folder, isReadOnly: true))],
        };
    }

    private static Mount MountOf(KeyValuePair<string, string> folder, bool isReadOnly) =>
        new() { Type = "bind", Source = folder.Value, Target = folder.Key, ReadOnly = isReadOnly, BindOptions = new BindOptions { Propagation = "private" } };

    /// <summary>Half of what temporary files may take in memory: the smaller of the option and a quarter of the limit. The two folders share it evenly.</summary>
    private static long TemporaryKb(int memoryMb, DockerOptions options) =>
        Math.Max(TemporaryKbMin, Math.Min(options.TemporaryMbMax << 10, (memoryMb << 10) / 4) / 2);

    /// <summary>A droplet's temporary folders lie in memory. Those of an image, and of a staging, which may need much, lie on the bounded disk, like all that it may write.</summary>
    private static Dictionary<string, string>? TmpfsOf(ContainerSpec spec, long temporaryKb)
    {
        if (spec.Source.DropletDigest is null || spec.Staging is not null)
        {
            return null;
        }

        // Without "exec" scripts in there end with 126. The low-level runtime gives the mount the mode of the image's folder below it,
        // whatever is asked for here, so the user must own it too.
        var mount = string.Create(CultureInfo.InvariantCulture, $"exec,size={temporaryKb}k,mode=1777,uid={DropletUser.Id},gid={DropletUser.Id}");
        return new Dictionary<string, string> { ["/tmp"] = mount, ["/home/vcap/tmp"] = mount };
    }
}
