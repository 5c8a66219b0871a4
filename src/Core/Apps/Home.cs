namespace Granary.Core.Apps;

/// <summary>Where apps are that name no space.</summary>
public static class Home
{
    public static readonly Guid Space = new("00000000-0000-4000-8000-000000000001");

    /// <summary>The organization of the space.</summary>
    public static readonly Guid Organization = new("00000000-0000-4000-8000-000000000002");
}
