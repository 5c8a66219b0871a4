using Granary.Api.Wire;
using Granary.Core.Apps;

namespace Granary.Api.Processes;

/// <summary>The bodies that change a process. Faults of a body travel with the change, so that they and the broken rules come in one answer.</summary>
internal static class ProcessRequest
{
    public static ProcessChange ReadScale(Body body)
    {
        var change = new ProcessChange(body.Int("instances"), body.Int("memory_in_mb"), body.Int("disk_in_mb"), body.Long("log_rate_limit_in_bytes_per_second"));
        return change with { Unreadable = body.Faults };
    }

    /// <summary>PATCH changes the command. A process is watched as a process and in no other way; saying so is no fault.</summary>
    public static ProcessChange ReadChange(Body body)
    {
        var change = new ProcessChange(ChangesCommand: body.Has("command"), Command: body.Text("command"));
        if (body.Object("health_check") is { } health)
        {
            if (health.Text("type") is { } type && type != "process")
            {
                body.Fault("Health check type must be 'process'");
            }

            health.Object("data")?.Ignore("timeout", "invocation_timeout", "interval");
        }

        return change with { Unreadable = body.Faults };
    }
}
