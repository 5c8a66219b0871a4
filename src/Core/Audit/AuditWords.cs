using System.Text.Json;

namespace Granary.Core.Audit;

/// <summary>What the log of an app says of what was done to it (source API), in Cloud Foundry's words where it has them.</summary>
public static class AuditWords
{
    /// <summary>Null where it says nothing: tasks have lines of their own, and nobody reads the log of an app that is gone.</summary>
    public static string? Of(AuditEvent happened)
    {
        using var data = JsonDocument.Parse(happened.Data);
        var guid = happened.App.ToString("D");
        return happened.Type switch
        {
            "audit.app.create" => $"Created app with guid {guid}",
            "audit.app.update" or "audit.app.droplet.mapped" => $"Updated app with guid {guid}{Request(data.RootElement)}",
            "audit.app.apply_manifest" => $"Applied manifest to app with guid {guid}",
            "audit.app.start" => $"Starting app with guid {guid}",
            "audit.app.stop" => $"Stopping app with guid {guid}",
            "audit.app.restart" => $"Restarted app with guid {guid}",
            "audit.app.process.update" => $"Updating process: {Quoted(data.RootElement, "process_type")}",
            "audit.app.process.scale" => $"Scaling process: {Quoted(data.RootElement, "process_type")}",
            "audit.app.process.terminate_instance" => $"Terminating process: {Quoted(data.RootElement, "process_type")}, index: {Quoted(data.RootElement, "process_index")}",
            "audit.app.package.create" => $"Adding app package for app with guid {guid}",
            "audit.app.package.upload" => $"Uploading app package for app with guid {guid}",
            "audit.app.droplet.create" => $"Creating droplet for app with guid {guid}",
            "audit.app.build.create" => $"Creating build for app with guid {guid}",
            _ => null,
        };
    }

    /// <summary>What was asked for; nothing where the event does not keep it.</summary>
    private static string Request(JsonElement data) => data.TryGetProperty("request", out var request) ? $" ({Words(request)})" : "";

    /// <summary>As Ruby, which Cloud Foundry is written in, shows a hash.</summary>
    private static string Words(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? $"{{{string.Join(", ", value.EnumerateObject().Select(each => $"\"{each.Name}\"=>{Words(each.Value)}"))}}}"
        : value.GetRawText();

    private static string Quoted(JsonElement data, string name) => data.TryGetProperty(name, out var value) ? value.GetRawText() : "\"\"";
}
