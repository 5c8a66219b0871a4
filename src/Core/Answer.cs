using System.Text.Json.Serialization;

namespace Granary.Core;

/// <summary>What a caller gets: a value, or the refusal that says why not.</summary>
[method: JsonConstructor]
public sealed record Answer<T>(T? Value, Refusal? Refusal)
{
    public Answer(T value)
        : this(value, null)
    {
    }

    public Answer(Refusal refusal)
        : this(default, refusal)
    {
    }
}
