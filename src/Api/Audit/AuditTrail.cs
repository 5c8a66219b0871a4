using System.Text.Json;
using Granary.Api.Access;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Apps;
using Granary.Core.Audit;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Audit;

/// <summary>Writes down what was done to an app, before the client is told that it is done.</summary>
internal sealed class AuditTrail(GranaryClient granary, TimeProvider clock)
{
    /// <param name="type">Without "audit." before it.</param>
    /// <param name="data">What else is to be said; null for nothing.</param>
    public Task Record(HttpContext http, string type, AppState app, object? data = null)
    {
        var caller = http.Visit().Caller;
        var happened = new AuditEvent
        {
            Id = Guid.NewGuid(),
            Type = $"audit.{type}",
            Actor = new Actor(caller.Subject, "user", caller.Name),
            App = app.Id.Value,
            AppName = app.Name,
            Space = app.Space,
            Data = JsonSerializer.Serialize(data ?? new { }, WireJson.Options),
            CreatedAt = clock.GetUtcNow(),
        };
        return granary.Record(happened, http.RequestAborted);
    }
}
