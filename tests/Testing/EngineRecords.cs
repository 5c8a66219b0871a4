using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Testing;

/// <summary>Shorthand for the records of engines.</summary>
public static class EngineRecords
{
    /// <summary>The engine answered at once.</summary>
    public static EngineRecord Answered(this EngineRecord record, string process, DateTimeOffset? startedAt, DateTimeOffset at) =>
        record.Answered(new EngineAnswer(process, startedAt, at, at));
}
