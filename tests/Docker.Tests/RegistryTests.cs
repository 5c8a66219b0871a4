using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Granary.Testing;

namespace Granary.Docker.Tests;

/// <summary>Images that a registry gives to those alone who know a password.</summary>
public sealed class RegistryTests(SharedEngine engine) : EngineTests(engine)
{
    [Fact]
    public async Task An_image_is_fetched_with_its_password_and_not_with_another_though_it_is_there()
    {
        await using var registry = await Registry.With(Cell.Client, SharedEngine.BusyboxImage);

        var unknown = await Cell.Runtime.Create(Spec(registry.Image, null), default);
        var wrong = await Cell.Runtime.Create(Spec(registry.Image, "guessed"), default);
        var ran = await Cell.Run(Spec(registry.Image, Registry.Password));
        var guessed = await Cell.Runtime.Create(Spec(registry.Image, "guessed"), default);

        Assert.Equal((0, "fetched\n"), (ran.Report.ExitCode, ran.Out));
        Assert.All([unknown, wrong, guessed], each =>
        {
            var reason = Assert.IsType<CreateOutcome.Impossible>(each).Reason;
            Assert.StartsWith($"image {registry.Image} not found: ", reason, StringComparison.Ordinal);
            Assert.Contains("no basic auth credentials|unauthorized|authentication required".Split('|'), words => reason.Contains(words, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain("guessed", reason, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_password_that_another_key_sealed_says_so()
    {
        var spec = Cell.Image("true");
        var login = new PasswordSeal([.. Enumerable.Repeat((byte)7, 32)]).Seal("127.0.0.1:1/private/busybox:1", new RegistryPassword("puller", "secret"));

        var outcome = await Cell.Runtime.Create(spec with { Source = new ContainerSource("127.0.0.1:1/private/busybox:1", null, login) }, default);

        Assert.Equal("image 127.0.0.1:1/private/busybox:1 not found: the password of puller was sealed with another key than this silo has (Tokens:KeyFile)", Assert.IsType<CreateOutcome.Impossible>(outcome).Reason);
    }

    private ContainerSpec Spec(string image, string? password) =>
        Cell.Image("echo fetched") with { Source = new ContainerSource(image, null, password is null ? null : Cell.Seal.Seal(image, new RegistryPassword(Registry.User, password))) };
}
