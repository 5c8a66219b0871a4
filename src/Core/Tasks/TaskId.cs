namespace Granary.Core.Tasks;

/// <summary>The guid of a task; chosen by whoever submits it, so that a submit can be repeated.</summary>
public readonly record struct TaskId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}
