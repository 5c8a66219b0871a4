using Granary.Api.Wire;
using Granary.Core.Apps;
using Granary.Core.Runtime;

namespace Granary.Api.Packages;

/// <summary>The body of a copy: only whose it becomes.</summary>
/// <param name="App">The guid as it was written.</param>
internal sealed record CopyRequest(string App)
{
    public static CopyRequest Read(Body body)
    {
        var app = body.RelatedApp();
        body.ThrowIfFaulty();
        return new CopyRequest(app!);
    }
}

/// <summary>The body of a create.</summary>
/// <param name="App">The guid as it was written.</param>
internal sealed record PackageRequest(Lifecycle Lifecycle, string App, string? Image, RegistryPassword? Login)
{
    public static PackageRequest Read(Body body)
    {
        var lifecycle = body.Word("type", ("bits", Lifecycle.Bits), ("docker", Lifecycle.Docker));
        if (lifecycle is null && body.Value("type") is null)
        {
            body.Fault("Type must be one of 'bits, docker'");
        }

        var app = body.RelatedApp();
        var data = body.Object("data");
        var image = data?.Text("image");
        var (user, password) = (data?.Text("username"), data?.Text("password"));
        if ((user is null) != (password is null))
        {
            body.Fault("Data username and password must be given together");
        }

        if (user is { Length: 0 or > Core.Limits.UserLength })
        {
            body.Fault($"Data username must have 1 to {Core.Limits.UserLength} characters");
        }

        if (password is { Length: 0 or > Core.Limits.RegistryPasswordLength })
        {
            body.Fault($"Data password must have 1 to {Core.Limits.RegistryPasswordLength} characters");
        }

        if (lifecycle == Lifecycle.Docker && image is null)
        {
            body.Fault("Data image required");
        }

        body.ThrowIfFaulty();
        return new PackageRequest(lifecycle!.Value, app!, image, user is null ? null : new RegistryPassword(user, password!));
    }
}
