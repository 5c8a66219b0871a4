using System.ComponentModel.DataAnnotations;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Granary.Silo;

/// <summary>The certificate of the API's listener; section <c>Tls</c>. Read when --http is https.</summary>
public sealed class TlsOptions
{
    /// <summary>The file of the certificate in PEM, followed by those of the authorities between it and one that clients know. Default: none; required with https.</summary>
    public string? Certificate { get; set; }

    /// <summary>The file of its private key in PEM. Default: none; required with https.</summary>
    public string? Key { get; set; }

    /// <summary>How often it is looked whether the files have changed; new ones are taken without a restart. Default 10 s, range 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(10);

    internal IEnumerable<string> Faults(SiloOptions options)
    {
        var isHttps = options.Http.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        if (isHttps && (Certificate is null || Key is null))
        {
            yield return $"--http is '{options.Http}': https needs the files of a certificate and its key, in PEM, in Tls:Certificate and Tls:Key.";
        }
        else if (!isHttps && (Certificate is not null || Key is not null))
        {
            yield return $"--http is '{options.Http}', and Tls names a certificate: write https, or leave Tls out.";
        }
    }
}

/// <summary>The certificate as the files have it.</summary>
internal sealed class CertificateFiles(TlsOptions options, TimeProvider clock)
{
    private DateTime writtenAt = WrittenAt(options);

    /// <summary>With the authorities between it and one that clients know.</summary>
    public SslStreamCertificateContext Current { get; private set; } = Load(options);

    public TimeSpan LookEvery => options.LookEvery;

    public TimeProvider Clock => clock;

    /// <summary>Takes what the files have now. True when that is another certificate; a fault leaves the one before.</summary>
    public bool Reload()
    {
        var written = WrittenAt(options);
        if (written == writtenAt)
        {
            return false;
        }

        var loaded = Load(options);
        writtenAt = written;
        var before = Current;
        Current = loaded; // Connections that were begun with the one before still use it: the collector takes it.
        return before.TargetCertificate.Thumbprint != loaded.TargetCertificate.Thumbprint;
    }

    /// <exception cref="InvalidOperationException">The files cannot be read, or do not belong together.</exception>
    private static SslStreamCertificateContext Load(TlsOptions options)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.Certificate!);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key), chain, offline: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException($"Tls:Certificate {options.Certificate} and Tls:Key {options.Key} cannot be used: {fault.Message}", fault);
        }
    }

    private static DateTime WrittenAt(TlsOptions options) =>
        new(Math.Max(File.GetLastWriteTimeUtc(options.Certificate!).Ticks, File.GetLastWriteTimeUtc(options.Key!).Ticks), DateTimeKind.Utc);
}

/// <summary>Looks for a new certificate now and then.</summary>
internal sealed partial class CertificateReload(CertificateFiles files, ILogger<CertificateReload> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(files.LookEvery, files.Clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (files.Reload())
                {
                    LogTaken(log, files.Current.TargetCertificate.Subject, files.Current.TargetCertificate.NotAfter);
                }
            }
            catch (InvalidOperationException fault)
            {
                LogKept(log, fault.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The listener has a new certificate: {Subject}, until {NotAfter}")]
    private static partial void LogTaken(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(LogLevel.Warning, "{Fault} The certificate before stays in use")]
    private static partial void LogKept(ILogger logger, string fault);
}
