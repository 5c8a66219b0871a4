namespace Granary.Core.Audit;

/// <summary>Who did something.</summary>
/// <param name="Guid">Of a user; of a client its id.</param>
public sealed record Actor(string Guid, string Type, string Name);

/// <summary>What somebody did to an app, for its people to look up later. Written once.</summary>
public sealed record AuditEvent
{
    public Guid Id { get; init; }

    /// <summary>In Cloud Foundry's words, for example "audit.app.task.create".</summary>
    public string Type { get; init; } = "";

    public Actor Actor { get; init; } = new("", "", "");

    /// <summary>The app to which it was done.</summary>
    public Guid App { get; init; }

    /// <summary>As the app was called then.</summary>
    public string AppName { get; init; } = "";

    public Guid Space { get; init; }

    /// <summary>What else is to be said of it, as JSON; commands and variables are never in it.</summary>
    public string Data { get; init; } = "{}";

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The event of what somebody asked for. Its guid is made of the request and of what it was done to: part of a request that is tried again makes it once.</summary>
    public AuditEvent By(Requester who, string to) => this with { Id = NamedGuid.Of($"{who.Request} {Type} {to}"), Actor = who.Actor };
}
