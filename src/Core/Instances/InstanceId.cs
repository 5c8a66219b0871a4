using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Core.Apps;
using Granary.Core.Attempts;

namespace Granary.Core.Instances;

/// <summary>
/// The guid of an instance. It follows from app, process type, index and lane, so that nobody can ever make two instances of one lane. Its version digit is F,
/// which no standard gives out: so the guid itself tells an instance from a task, in a container's name, a journal and a row alike.
/// </summary>
public readonly record struct InstanceId(Guid Value)
{
    private const byte VersionF = 0xF0;
    private const byte Version8 = 0x80;

    /// <param name="lane">As in <see cref="Lanes"/>.</param>
    public static InstanceId Of(ProcessKey process, int index, int lane = 0) =>
        new(Hashed(string.Create(CultureInfo.InvariantCulture, $"{process.App}/{process.Type}/{index}{(lane == 0 ? "" : $"/{lane}")}"), VersionF));

    /// <summary>Whether a guid is that of an instance.</summary>
    public static bool Is(Guid guid) => guid.Version == 0xF;

    /// <summary>The guid of one run, for programs: Cloud Foundry gives each container of an instance another one (CF_INSTANCE_GUID).</summary>
    public static Guid OfRun(AttemptKey attempt) => Hashed(attempt.ContainerName, Version8);

    public override string ToString() => Value.ToString("D");

    private static Guid Hashed(string text, byte version)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | version);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
