using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>A position behind a row: the value of the order's column, and the guid that makes it unique. Clients see it as one opaque word.</summary>
internal readonly record struct RowCursor(RowOrder Order, object Position, Guid Guid)
{
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(int)Order}|{Guid:N}|{Position}")));

    /// <summary>Throws <see cref="FormatException"/> when the text was not made for this order.</summary>
    public static RowCursor Parse(string text, RowOrder order)
    {
        var parts = Decode(text).Split('|', 3);
        if (parts.Length != 3 || parts[0] != ((int)order).ToString(CultureInfo.InvariantCulture) || !Guid.TryParseExact(parts[1], "N", out var guid))
        {
            throw Unknown(null);
        }

        if (order == RowOrder.Name)
        {
            return new RowCursor(order, parts[2], guid);
        }

        return long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var instant)
            ? new RowCursor(order, instant, guid)
            : throw Unknown(null);
    }

    private static string Decode(string text)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        }
        catch (FormatException fault)
        {
            throw Unknown(fault);
        }
    }

    private static FormatException Unknown(Exception? cause) => new("The position is not one that a listing in this order gave out.", cause);
}
