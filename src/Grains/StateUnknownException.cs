namespace Granary.Grains;

/// <summary>A write failed, so this activation does not know its state any more and decides nothing. Ask again: a fresh activation reloads.</summary>
[GenerateSerializer]
public sealed class StateUnknownException(string grain) : Exception($"The state of {grain} is unknown after a failed write; it reloads. Try again.");
