using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Granary.Silo;
using Granary.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Granary.Api.Tests;

/// <summary>The certificate of the listener.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private string folder = "";

    public async Task InitializeAsync() => Directory.CreateDirectory(folder = await TestState.FolderFor("tls"));

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_new_certificate_is_shown_without_a_restart_once_its_key_is_there_too()
    {
        var first = Write("first");
        await using var app = Host();
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()).Port;
        var files = app.Services.GetRequiredService<CertificateFiles>();
        var before = await Shown(port);

        var second = Make("second");
        await File.WriteAllTextAsync(Named("certificate"), second.ExportCertificatePem());
        Touch("certificate");
        Assert.Throws<InvalidOperationException>(() => files.Reload());
        var meanwhile = await Shown(port);
        await File.WriteAllTextAsync(Named("key"), second.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Touch("key");
        Assert.True(files.Reload());

        Assert.Equal((first.Thumbprint, first.Thumbprint), (before, meanwhile));
        Assert.Equal(second.Thumbprint, await Shown(port));
        Assert.False(files.Reload());
    }

    [Theory]
    [InlineData("https://127.0.0.1:1", null, "https needs the files of a certificate")]
    [InlineData("http://127.0.0.1:1", "certificate.pem", "write https, or leave Tls out")]
    public void Https_and_a_certificate_go_together(string http, string? certificate, string words) =>
        Assert.Contains(words, Assert.Single(new TlsOptions { Certificate = certificate }.Faults(new SiloOptions { Http = http })), StringComparison.Ordinal);

    private WebApplication Host()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Tls:Certificate"] = Named("certificate"), ["Tls:Key"] = Named("key"), ["Tls:LookEvery"] = "1.00:00:00" }).Build();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("https://127.0.0.1:0");
        builder.AddAccess(new SiloOptions { Http = "https://127.0.0.1:0" }, settings);
        var app = builder.Build();
        app.MapGet("/", () => "here");
        return app;
    }

    private static async Task<string> Shown(int port)
    {
        string? shown = null;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = ((X509Certificate2)certificate!).Thumbprint) is not null },
        };
        using var client = new HttpClient(handler);
        Assert.Equal("here", await client.Text($"https://localhost:{port}/"));
        return shown!;
    }

    private X509Certificate2 Write(string name)
    {
        var made = Make(name);
        File.WriteAllText(Named("certificate"), made.ExportCertificatePem());
        File.WriteAllText(Named("key"), made.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        foreach (var file in (string[])["certificate", "key"])
        {
            File.SetLastWriteTimeUtc(Named(file), DateTime.UnixEpoch);
        }

        return made;
    }

    /// <summary>Later than it was written before, however quick this test is.</summary>
    private void Touch(string file) => File.SetLastWriteTimeUtc(Named(file), DateTime.UnixEpoch.AddDays(file == "key" ? 2 : 1));

    private string Named(string file) => Path.Combine(folder, $"{file}.pem");

    private static X509Certificate2 Make(string name)
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
