namespace Granary.Grains.Ports;

// Both are Orleans exceptions, because Orleans wraps whatever else a storage throws into one that says nothing.

/// <summary>The database cannot be reached or cannot work at the moment; the same call may succeed later. Nothing is known about a write that ended so.</summary>
[GenerateSerializer]
public sealed class DatabaseUnavailableException(string message, Exception cause) : OrleansException(message, cause);

/// <summary>Another document of the same kind has this name in this scope. Nothing was written.</summary>
[GenerateSerializer]
public sealed class NameTakenException(string message, Exception cause) : OrleansException(message, cause);
