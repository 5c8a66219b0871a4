namespace Granary.Core.Audit;

/// <summary>Who asks for something, and in which request. The audit says it of all that is done for it.</summary>
/// <param name="Request">The same however often parts of the request are tried again.</param>
public sealed record Requester(Guid Request, Actor Actor);
