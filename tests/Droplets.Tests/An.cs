using Granary.Silo.Droplets;
using Microsoft.Extensions.Options;

namespace Granary.Droplets.Tests;

internal static class An
{
    public static ZipUnpacker Unpacker(Action<ArchiveOptions>? change = null)
    {
        var options = new ArchiveOptions();
        change?.Invoke(options);
        return new ZipUnpacker(Options.Create(options));
    }
}
