using System.Globalization;
using Granary.Core;

namespace Granary.Grains;

/// <summary>What whoever takes uploads says alike, of whatever they are.</summary>
internal static class UploadRefusals
{
    public static Refusal Gap(long offset) => new(RefusalReason.Conflict, string.Create(CultureInfo.InvariantCulture, $"The upload has a gap before byte {offset}; begin again at byte 0"));
}
