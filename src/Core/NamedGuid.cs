using System.Security.Cryptography;
using System.Text;

namespace Granary.Core;

/// <summary>Guids of what has a name and no other: they follow from it, and are the same on every silo.</summary>
public static class NamedGuid
{
    public static Guid Of(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}
