using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Granary.Grains.Contracts;

/// <summary>How Granary's records cross the wire: as JSON, so that Core needs no package. Silos and clients must agree.</summary>
public static class Wire
{
    public static IServiceCollection AddGranaryWire(this IServiceCollection services) =>
        services.AddSerializer(serializer => serializer.AddJsonSerializer(IsOurs, new JsonSerializerOptions()));

    private static bool IsOurs(Type type) => type.Namespace is { } name
        && (name.StartsWith("Granary.Core", StringComparison.Ordinal) || name.StartsWith("Granary.Grains.Ports", StringComparison.Ordinal));
}
