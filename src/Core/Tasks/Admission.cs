namespace Granary.Core.Tasks;

/// <summary>An app's yes to a task: its number and what it is to do.</summary>
public sealed record Admission(int SequenceId, TaskSpec Spec);
