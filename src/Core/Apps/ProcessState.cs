using System.Collections.Immutable;
using Granary.Core.Instances;

namespace Granary.Core.Apps;

/// <summary>What a user said about a process. Null means "not said": the default holds.</summary>
/// <param name="Command">In place of the droplet's.</param>
/// <param name="LogBytesPerSecond">-1 is unlimited.</param>
public sealed record ProcessSettings(string? Command = null, int? MemoryMb = null, int? DiskMb = null, long? LogBytesPerSecond = null)
{
    public static readonly ProcessSettings Default = new();
}

/// <summary>A process of an app as users scaled and changed it.</summary>
/// <param name="Instances">How many are wanted up while the app is started; null for the default.</param>
/// <param name="Settings">What the next start of the app takes.</param>
/// <param name="Slots">Instances below this index may believe that they are wanted: they are told of every change until they have confirmed that they are not.</param>
public sealed record ProcessState(int? Instances, ProcessSettings Settings, int Slots = 0)
{
    public static readonly ProcessState Default = new(null, ProcessSettings.Default);

    /// <summary>By index; one that is not in it has never been handed over.</summary>
    public ImmutableSortedDictionary<int, Lanes> Lanes { get; init; } = ImmutableSortedDictionary<int, Lanes>.Empty;

    /// <summary>The revision of the newest change of what is wanted of the process, hand-overs aside: what an instance said before it knew that counts no more.</summary>
    public int WantedSince { get; init; }

    public Lanes LanesOf(int index) => Lanes.GetValueOrDefault(index) ?? Core.Instances.Lanes.First;

    /// <summary>The same with the lanes of each index changed.</summary>
    public ProcessState WithLanes(Func<Lanes, Lanes> change) => Lanes.IsEmpty ? this : this with { Lanes = Lanes.ToImmutableSortedDictionary(each => each.Key, each => change(each.Value)) };
}

/// <summary>A change of a process: what is null stays.</summary>
/// <param name="ChangesCommand">Whether <paramref name="Command"/> is said at all; a null command then means the droplet's again.</param>
public sealed record ProcessChange(int? Instances = null, int? MemoryMb = null, int? DiskMb = null, long? LogBytesPerSecond = null, bool ChangesCommand = false, string? Command = null)
{
    /// <summary>What could not be read of the request, in words: refused together with every rule that it breaks.</summary>
    public ImmutableArray<string> Unreadable { get; init; } = [];
}

/// <summary>What a start of the app took: its instances run this until the next start, whatever is changed meanwhile.</summary>
/// <param name="Version">Rises with each start, from 1.</param>
/// <param name="Environment">The app's variables.</param>
/// <param name="Settings">By process type; a type that is not in it has the default.</param>
/// <param name="Place">Where the app was, by name; null in what was started before that was asked.</param>
public sealed record Release(int Version, DropletState Droplet, ImmutableSortedDictionary<string, string> Environment, ImmutableSortedDictionary<string, ProcessSettings> Settings, PlaceNames? Place = null);
