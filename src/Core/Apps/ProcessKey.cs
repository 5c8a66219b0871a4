namespace Granary.Core.Apps;

/// <summary>A process of an app: what its droplet can run under a type.</summary>
public readonly record struct ProcessKey(AppId App, string Type);
