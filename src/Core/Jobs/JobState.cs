using System.Collections.Immutable;
using Granary.Core.Apps;

namespace Granary.Core.Jobs;

/// <summary>The guid of a job.</summary>
public readonly record struct JobId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>What a request left to be done after its answer, for the client to ask about. Fixed when it is made: whether it is done is what it is about says.</summary>
public sealed record JobState
{
    public JobId Id { get; init; }

    /// <summary>In Cloud Foundry's words, for example "app.delete".</summary>
    public string Operation { get; init; } = "";

    /// <summary>The app whose end is its end; null when it was done before it was told of.</summary>
    public AppId? Ends { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public Refusal? Failure { get; init; }

    /// <summary>What was done otherwise than asked, in words.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A job and whether it is done.</summary>
public sealed record JobView(JobState Job, bool IsDone);
