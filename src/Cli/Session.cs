using System.CommandLine;
using System.Text.Json;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli;

/// <summary>One run of one command: whom it speaks to and where it writes.</summary>
internal sealed class Session(ApiClient api, Terminal terminal, OutputForm form) : IDisposable
{
    public ApiClient Api => api;

    public Terminal Terminal => terminal;

    public bool InJson => form == OutputForm.Json;

    /// <summary>Makes a command run in a session. Its faults end as messages on standard error.</summary>
    public static void Act(Command command, Func<ParseResult, Session, CancellationToken, Task<int>> act) => command.SetAction(async (parsed, cancellation) =>
    {
        using var session = Open(parsed);
        return await act(parsed, session, cancellation);
    });

    public static void Act(Command command, Func<ParseResult, Session, CancellationToken, Task> act) => Act(command, async (parsed, session, cancellation) =>
    {
        await act(parsed, session, cancellation);
        return ExitCode.Done;
    });

    /// <summary>The app of this name.</summary>
    public async Task<JsonElement> App(string name, CancellationToken cancellation) =>
        await FindApp(name, cancellation) ?? throw new FailureException($"App '{Shown.Harmless(name)}' not found.");

    /// <summary>The app of this name, or null.</summary>
    public async Task<JsonElement?> FindApp(string name, CancellationToken cancellation)
    {
        var found = await api.All($"/v3/apps?names={Uri.EscapeDataString(name)}", cancellation);
        // A comma parts names in the filter, so that more than the one may come.
        foreach (var app in found)
        {
            if (string.Equals(app.Text("name"), name, StringComparison.OrdinalIgnoreCase))
            {
                return app;
            }
        }

        return null;
    }

    /// <summary>The guids of an app and of its task with this number.</summary>
    public async Task<(string App, string Task)> TaskGuid(string app, int number, CancellationToken cancellation)
    {
        var guid = Guid(await App(app, cancellation));
        var found = await api.Get($"/v3/apps/{guid}/tasks?sequence_ids={number}", cancellation);
        return (guid, found.Items("resources").Select(each => each.Text("guid")).FirstOrDefault()
            ?? throw new FailureException($"Task {number} of app '{Shown.Harmless(app)}' not found: 'granary tasks' shows which there are."));
    }

    /// <summary>The guid of the space that new apps are made in.</summary>
    public async Task<string> Space(CancellationToken cancellation)
    {
        var spaces = await api.Get("/v3/spaces?per_page=1", cancellation);
        return spaces.Items("resources").Select(each => each.Text("guid")).FirstOrDefault() ?? throw new FailureException("The server has no space that an app could be made in.");
    }

    public static string Guid(JsonElement resource) => resource.Text("guid") ?? throw new FailureException("The server's answer has no guid: it does not answer as Granary does.");

    public void Dispose()
    {
        api.Dispose();
        terminal.Dispose();
    }

    private static Session Open(ParseResult parsed)
    {
        var form = new Option<OutputForm>[] { Shared.Output, Shared.OutputInFull }.Where(each => parsed.CommandResult.Command.Options.Contains(each)).Select(parsed.GetValue).FirstOrDefault();
        var api = new ApiClient(Shared.Server(parsed), Shared.Given(parsed, Shared.Timeout));
        return new Session(api, new Terminal(), form);
    }
}
