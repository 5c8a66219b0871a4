using System.IO.Compression;

namespace Granary.Testing;

/// <summary>Zips of folders, to be pushed.</summary>
public static class Zips
{
    /// <summary>At its beginning.</summary>
    public static async Task<MemoryStream> Of(string folder)
    {
        var zip = new MemoryStream();
        await ZipFile.CreateFromDirectoryAsync(folder, zip);
        zip.Position = 0;
        return zip;
    }
}
