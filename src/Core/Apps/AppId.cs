namespace Granary.Core.Apps;

/// <summary>The guid of an app.</summary>
public readonly record struct AppId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>The guid of a package: bits as they were uploaded, or a reference to a Docker image.</summary>
public readonly record struct PackageId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}

/// <summary>The guid of a droplet: an app's staged bits. A build has the guid of the droplet that it makes.</summary>
public readonly record struct DropletId(Guid Value)
{
    public override string ToString() => Value.ToString("D");
}
