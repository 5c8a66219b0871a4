using System.Globalization;
using System.Numerics;

namespace Granary.Core.Egress;

/// <summary>Addresses of IPv4 from one to another, both included.</summary>
public readonly record struct AddressRange(uint First, uint Last)
{
    private const int Bits = 32;

    /// <summary>An address, or a block such as 10.0.0.0/8, of which any address may be named. Null for anything else.</summary>
    public static AddressRange? OfBlock(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (Address(slash < 0 ? text : text[..slash]) is not { } address)
        {
            return null;
        }

        if (slash < 0)
        {
            return new AddressRange(address, address);
        }

        if (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > Bits)
        {
            return null;
        }

        var host = length == Bits ? 0 : uint.MaxValue >> length;
        return new AddressRange(address & ~host, address | host);
    }

    /// <summary>Null unless both are addresses. The order of them is not looked at.</summary>
    public static AddressRange? Between(string first, string last) =>
        Address(first) is { } from && Address(last) is { } to ? new AddressRange(from, to) : null;

    /// <summary>As a block where it is one, an address alone being the smallest; else both ends.</summary>
    public override string ToString()
    {
        var size = (ulong)Last - First + 1;
        return BitOperations.IsPow2(size) && First % size == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Dotted(First)}/{Bits - BitOperations.Log2(size)}")
            : $"{Dotted(First)}-{Dotted(Last)}";
    }

    /// <summary>Octets with leading zeros mean one thing here and another there, so they mean nothing.</summary>
    private static uint? Address(string text)
    {
        var octets = text.Split('.');
        return octets.Length == 4 && octets.All(IsOctet)
            ? octets.Aggregate(0u, (address, octet) => (address << 8) | byte.Parse(octet, NumberStyles.None, CultureInfo.InvariantCulture))
            : null;
    }

    private static bool IsOctet(string text) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (text.Length == 1 || text[0] != '0');

    private static string Dotted(uint address) => string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
}
