using System.Data.Common;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Orleans.Storage;

namespace Granary.Grains;

/// <summary>Tells faults that pass from bugs. A fault that passes is tried again by whoever asked; every call that is tried again is idempotent.</summary>
public static class Faults
{
    /// <summary>The silo of a grain is gone and not yet held for dead: told at once, again and again, until the grain has another.</summary>
    public static bool IsOfSilo(Exception fault) => fault is SiloUnavailableException or OrleansMessageRejectionException;

    /// <summary>A silo died or hangs, a grain reloads, the database or the engine is away.</summary>
    public static bool Pass(Exception fault) => fault switch
    {
        NameTakenException => false,
        SiloUnavailableException or OrleansMessageRejectionException or TimeoutException or InconsistentStateException or StateUnknownException => true,
        EngineUnavailableException or DatabaseUnavailableException or DbException or IOException => true,
        OrleansException => true, // The storage provider wraps what the driver threw.
        _ => false,
    };
}
