using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;

namespace Granary.Grains.Contracts;

/// <summary>How Granary's records cross the wire: as JSON, so that Core needs no package. Silos and clients must agree.</summary>
public static class Wire
{
    public static IServiceCollection AddGranaryWire(this IServiceCollection services) =>
        services
        .AddSingleton<IGeneralizedCopier, SharedRecords>()
        .AddSingleton<IOutgoingGrainCallFilter, GivenUpCalls>()
        // An exception with a cause that cannot cross, such as a database driver's, would arrive as a fault of the wire.
        .Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedExceptionTypeFilter = static _ => true)
        .AddSerializer(serializer => serializer.AddJsonSerializer(IsOurs, static _ => false, options => options.Configure(json => json.SerializerOptions = new JsonSerializerOptions())));

    private static bool IsOurs(Type type) => type.Namespace is { } name
        && (name.StartsWith("Granary.Core", StringComparison.Ordinal) || name.StartsWith("Granary.Grains.Ports", StringComparison.Ordinal));

    /// <summary>Our records never change, so a call inside a silo shares them. A copy would be a round trip through JSON.</summary>
    private sealed class SharedRecords : IGeneralizedCopier
    {
        public bool IsSupportedType(Type type) => IsOurs(type);

        public object? DeepCopy(object? input, CopyContext context) => input;
    }
}
