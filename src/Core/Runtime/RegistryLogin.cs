namespace Granary.Core.Runtime;

/// <summary>With whose account an image is fetched from its registry, as it is kept.</summary>
/// <param name="SealedPassword">Opened only by a cell, for its engine's pull.</param>
public sealed record RegistryLogin(string User, string SealedPassword)
{
    public override string ToString() => $"RegistryLogin of {User}";
}

/// <summary>The same in the open, on its way.</summary>
public sealed record RegistryPassword(string User, string Password)
{
    public override string ToString() => $"RegistryPassword of {User}";
}
