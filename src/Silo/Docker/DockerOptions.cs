using System.ComponentModel.DataAnnotations;
using Granary.Core;

namespace Granary.Silo.Docker;

/// <summary>How a cell uses its Docker engine. A value out of its range stops the silo's start.</summary>
public sealed class DockerOptions
{
    /// <summary>Where the engine listens: unix:///path or tcp://host:port. Default unix:///var/run/docker.sock, Docker's own.</summary>
    [Required]
    [RegularExpression("^(unix:///.+|tcp://.+)$", ErrorMessage = "Engine:Endpoint (--docker) is unix:///path or tcp://host:port.")]
    public string Endpoint { get; set; } = "unix:///var/run/docker.sock";

    /// <summary>
    /// The engine's pid file, read only where the socket belongs to another process than the engine, as with systemd's socket
    /// activation. Default /run/docker.pid, Docker's own; a file that is not there makes the engine's process unknown.
    /// </summary>
    [Required]
    public string PidFile { get; set; } = "/run/docker.pid";

    /// <summary>
    /// The folder for unpacked droplets and for what containers write. It belongs to one cell, must be seen by the engine under the same
    /// path, and must not lie on an overlay file system. No colon, comma, backslash or white space, which mount options cannot hold. Default /var/lib/granary/cell.
    /// </summary>
    [Required]
    [RegularExpression(@"^/[^:,\\\s]*$", ErrorMessage = "Engine:StateFolder (--state) is an absolute path without colons, commas, backslashes and white space.")]
    public string StateFolder { get; set; } = "/var/lib/granary/cell";

    /// <summary>
    /// The control group below which the kernel has all containers of the cell, as an absolute path; systemd gets its last part. Null, the default, is the engine's own choice,
    /// and so it is with an engine over TCP, whose processes are not of this host. Set by the silo.
    /// </summary>
    public string? CgroupParent { get; set; }

    /// <summary>
    /// Starts in flight on the engine. Default cores + 1, at least 2 and at most 4: beyond that only the time of each start grows. Range 1 to 64.
    /// </summary>
    [Range(1, 64)]
    public int StartsInFlight { get; set; } = Math.Clamp(Environment.ProcessorCount + 1, 2, 4);

    /// <summary>
    /// MB on top of a container's memory limit, for the engine's own start-up inside it (runc, docker-init); never reported, never reserved.
    /// Default 8; range 0 to 64. Start-up of a container was seen to need 4 to 6 MB.
    /// </summary>
    [Range(0, 64)]
    public int MemoryOverheadMb { get; set; } = 8;

    /// <summary>Open files of a process. Default 16384, which is Cloud Foundry's; range 64 to 1,048,576, and not above the engine's own hard limit.</summary>
    [Range(64, 1_048_576)]
    public int OpenFiles { get; set; } = Limits.OpenFiles;

    /// <summary>
    /// The largest /tmp and /home/vcap/tmp of a droplet's container, in MB together, half each. They lie in memory and count against its limit, so
    /// together they are also at most a quarter of it; shared memory (/dev/shm) has the same bound again. Default 64; range 1 to 4096.
    /// </summary>
    [Range(1, 4096)]
    public int TemporaryMbMax { get; set; } = 64;

    /// <summary>Bytes of one file of the engine's own copy of a container's output, in MB. Default 10; range 1 to 1024.</summary>
    [Range(1, 1024)]
    public int OutputFileMb { get; set; } = 10;

    /// <summary>Files of that copy. With the size it bounds what can be read again after an outage. Default 2; range 1 to 100.</summary>
    [Range(1, 100)]
    public int OutputFiles { get; set; } = 2;

    /// <summary>
    /// Output of a container that was taken over is gathered for this long before the engine's copy is read for it. Default 250 ms; range 10 ms to 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan OutputLookEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The engine's low-level runtime, as the engine names it, for example "crun". Default: null, the engine's own default.</summary>
    public string? LowLevelRuntime { get; set; }

    /// <summary>
    /// The bridge network for containers that may reach out. It is made if it is missing; one with this name that lacks our label is refused.
    /// Those whose egress is narrower get networks with names that begin with it. Default "granary".
    /// </summary>
    [Required]
    [RegularExpression("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$", ErrorMessage = "Engine:NetworkName has letters, digits and _ . - only.")]
    public string NetworkName { get; set; } = "granary";

    /// <summary>That network's IPv4 subnet, for example 10.213.7.0/24. Default: null, from the engine's own pool. Read when the network is made.</summary>
    public string? NetworkSubnet { get; set; }

    /// <summary>
    /// How long a network of a set of egress rules is kept after its last container, or at most twice as long: it is looked for when containers are made. Default 10 min;
    /// range 0 s to 1 d.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan NetworkIdle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>That network's bridge interface, at most 15 characters. Default: null, named by the engine. Read when the network is made.</summary>
    [MaxLength(15)]
    public string? NetworkBridge { get; set; }

    /// <summary>
    /// Address ranges that no container may reach, in CIDR, besides the host's own addresses and other containers, which are never reached.
    /// Default: link-local, where clouds serve the machine's credentials. Add the control plane's.
    /// </summary>
    public IList<string> RefusedRanges { get; } = ["169.254.0.0/16"];

    /// <summary>Name servers of containers with a network. Default: none given, the engine's choice. The host's own addresses are refused, so a server on the host does not answer.</summary>
    public IList<string> NameServers { get; } = [];

    /// <summary>How long the firewall rules are trusted before they are looked at again. Default 10 s; range 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FirewallTrust { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For a request that the engine answers from memory or with little work. Default 30 s, since a busy engine is slow; range 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For a sign of life. Default 3 s; range 0.1 s to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>For one start, once it is in flight. Default 2 min: seconds are usual under full load. Range 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>For fetching an image. Default 10 min; range 1 s to 2 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "02:00:00")]
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>For a stop, beyond the grace it gives. Default 30 s; range 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StopMargin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an unpacked droplet is kept after its last use. Default 1 day; range 0 s to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan DropletKeep { get; set; } = TimeSpan.FromDays(1);
}
