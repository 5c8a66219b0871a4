using Granary.Api.Wire;
using Granary.Core.Quotas;
using Granary.Grains.Ports;

namespace Granary.Api.Quotas;

/// <summary>What a quota says of apps and tasks: a limit that is null is none.</summary>
internal sealed record AppLimits(int? TotalMemoryInMb, int? PerProcessMemoryInMb, int? TotalInstances, int? PerAppTasks, long? LogRateLimitInBytesPerSecond)
{
    public static AppLimits Of(QuotaLimits limits) => new(limits.TotalMemoryMb, limits.ProcessMemoryMb, limits.Instances, limits.Tasks, limits.LogBytesPerSecond);
}

internal sealed record ServiceLimits(bool PaidServicesAllowed, int? TotalServiceInstances, int? TotalServiceKeys)
{
    public static ServiceLimits Of(QuotaTerms terms) => new(terms.PaidServicesAllowed, terms.ServiceInstances, terms.ServiceKeys);
}

internal sealed record RouteLimits(int? TotalRoutes, int? TotalReservedPorts)
{
    public static RouteLimits Of(QuotaTerms terms) => new(terms.Routes, terms.ReservedPorts);
}

internal sealed record DomainLimits(int? TotalDomains);

/// <summary>The body of a create, or of a change.</summary>
/// <param name="Name">Null in a change that does not name it.</param>
/// <param name="Terms">A change is of those that were there before.</param>
internal sealed record QuotaRequest(string? Name, QuotaTerms Terms)
{
    /// <param name="hasDomains">A quota of spaces says nothing of domains.</param>
    public static QuotaRequest Read(Body body, bool hasDomains) => Read(body, body.RequiredShortName(), new QuotaTerms(QuotaLimits.None), hasDomains);

    public static QuotaRequest ReadChange(Body body, QuotaTerms before, bool hasDomains)
    {
        var request = Read(body, body.Has("name") ? body.RequiredShortName() : null, before, hasDomains);
        body.ThrowIfFaulty();
        return request;
    }

    private static QuotaRequest Read(Body body, string? name, QuotaTerms before, bool hasDomains)
    {
        var terms = before;
        if (body.Object("apps") is { } apps)
        {
            terms = terms with
            {
                Apps = new QuotaLimits(
                    apps.Limit("total_memory_in_mb", terms.Apps.TotalMemoryMb),
                    apps.Limit("per_process_memory_in_mb", terms.Apps.ProcessMemoryMb),
                    apps.Limit("total_instances", terms.Apps.Instances),
                    apps.Limit("per_app_tasks", terms.Apps.Tasks),
                    apps.LongLimit("log_rate_limit_in_bytes_per_second", terms.Apps.LogBytesPerSecond)),
            };
        }

        if (body.Object("services") is { } services)
        {
            terms = terms with
            {
                PaidServicesAllowed = services.Truth("paid_services_allowed") ?? terms.PaidServicesAllowed,
                ServiceInstances = services.Limit("total_service_instances", terms.ServiceInstances),
                ServiceKeys = services.Limit("total_service_keys", terms.ServiceKeys),
            };
        }

        if (body.Object("routes") is { } routes)
        {
            terms = terms with { Routes = routes.Limit("total_routes", terms.Routes), ReservedPorts = routes.Limit("total_reserved_ports", terms.ReservedPorts) };
        }

        if (hasDomains && body.Object("domains") is { } domains)
        {
            terms = terms with { Domains = domains.Limit("total_domains", terms.Domains) };
        }

        return new QuotaRequest(name, terms);
    }
}
