namespace Granary.Simulator;

/// <summary>What a command is meant to do, whoever runs it.</summary>
/// <param name="Lasts">Null for one that never ends by itself.</param>
internal sealed record Script(TimeSpan? Lasts, int ExitCode, bool RunsOutOfMemory = false, bool HearsTerm = true);
