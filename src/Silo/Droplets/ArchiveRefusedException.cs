namespace Granary.Silo.Droplets;

/// <summary>An archive breaks a rule. The message is for the user: it names the entry and the rule.</summary>
public sealed class ArchiveRefusedException(string message, Exception? cause = null) : Exception(message, cause);
