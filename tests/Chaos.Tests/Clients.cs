using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Client;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Simulator;
using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>The clients of one run, on all hosts. They submit, repeat through another silo what was not acknowledged, look, and cancel.</summary>
internal sealed partial class Clients(IReadOnlyList<LocalSilo> silos, AppId app, History history, Witness witness, CancellationToken ending) : IAsyncDisposable
{
    /// <summary>A stopped silo answers nobody; the API itself gives up after 30 s.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);

    private readonly HttpClient[] http = [.. silos.Select(each => HostNetwork.Client(each.Network!, AnswerMax))];
    private readonly SiloConnection[] connections = [.. silos.Select(each => new SiloConnection(each))];

    /// <summary>Lives with one task: to the acknowledgement of its submit, and of its cancel if it is cancelled.</summary>
    public async Task Live(ScriptedTask task)
    {
        await Task.Delay(task.At, ending);
        await Task.WhenAll(Enumerable.Range(task.Silo, task.IsRepeated ? 2 : 1).Select(each => Repeat(each, silo => Submit(silo, task))));
        if (task.CancelAfter is { } after)
        {
            await Task.Delay(after, ending);
            history.AskedToCancel(task.Id);
            await Repeat(task.Silo + 1, silo => Cancel(silo, task));
        }
    }

    /// <summary>Looks at tasks that were accepted, now here and now there, until it is told to end.</summary>
    public async Task Look(ulong seed)
    {
        var chance = new Chance(seed);
        using var timer = new PeriodicTimer(LookEvery);
        while (!ending.IsCancellationRequested)
        {
            if (history.Answers.Where(each => each.Call == CallKind.Submit).Select(each => each.Task).ToArray() is { Length: > 0 } tasks)
            {
                var task = chance.Of(tasks);
                await ByHttp(chance.Number(0, silos.Count - 1), CallKind.Look, task, (client, at) => client.GetAsync(new Uri(at, $"/v3/tasks/{task}"), ending));
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(http, each => each.Dispose());
        foreach (var each in connections)
        {
            await each.DisposeAsync();
        }
    }

    /// <summary>Through the next silo each time, until it is acknowledged.</summary>
    private async Task Repeat(int silo, Func<int, Task<bool>> call)
    {
        while (!await call(silo++ % silos.Count))
        {
            await Task.Delay(RepeatAfter, ending);
        }
    }

    private Task<bool> Submit(int silo, ScriptedTask task) => task.ByClient
        ? ByClient(silo, CallKind.Submit, task.Id, (client, cancellation) => client.Run(app, task.Submission(), new TaskId(task.Id), cancellation))
        : ByHttp(silo, CallKind.Submit, task.Id, (client, at) => client.PostAsJsonAsync(new Uri(at, $"/v3/apps/{app}/tasks"), task.Body(), ending));

    private Task<bool> Cancel(int silo, ScriptedTask task) => task.ByClient
        ? ByClient(silo, CallKind.Cancel, task.Id, (client, cancellation) => client.Cancel(new TaskId(task.Id), cancellation))
        : ByHttp(silo, CallKind.Cancel, task.Id, (client, at) => client.PostAsync(new Uri(at, $"/v3/tasks/{task.Id}/actions/cancel"), null, ending));

    /// <summary>False when nobody said what became of the call.</summary>
    private async Task<bool> ByHttp(int silo, CallKind call, Guid task, Func<HttpClient, Uri, Task<HttpResponseMessage>> send)
    {
        try
        {
            using var answer = await send(http[silo], silos[silo].Http);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
            return Understood(answer.StatusCode, body, call, task);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            ending.ThrowIfCancellationRequested();
            history.WasUnanswered();
            return false;
        }
    }

    private bool Understood(HttpStatusCode status, JsonElement body, CallKind call, Guid task)
    {
        switch (status)
        {
            case HttpStatusCode.OK or HttpStatusCode.Accepted:
                history.Add(new Answer(witness.Now, call, body.GetProperty("guid").GetGuid(), body.GetProperty("state").GetString(), body.GetProperty("sequence_id").GetInt32(), body.GetProperty("result").GetProperty("failure_reason").GetString()));
                return true;
            case HttpStatusCode.ServiceUnavailable when Code(body) == "CF-ServiceUnavailable":
                history.WasUnanswered();
                return false;
            case HttpStatusCode.UnprocessableEntity when call == CallKind.Cancel:
                Refused(task, Error(body).GetProperty("detail").GetString()!);
                return true;
            case HttpStatusCode.NotFound when call != CallKind.Submit:
                history.Add(new Answer(witness.Now, call, task, null));
                return true;
            default:
                history.AddOdd($"{call} of {task} was answered with {(int)status}: {body}");
                return true;
        }

        static JsonElement Error(JsonElement body) => body.GetProperty("errors")[0];

        static string? Code(JsonElement body) => Error(body).GetProperty("title").GetString();
    }

    private async Task<bool> ByClient(int silo, CallKind call, Guid task, Func<GranaryClient, CancellationToken, Task<TaskState>> ask)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
            limit.CancelAfter(AnswerMax);
            history.Add(witness.Now, call, await connections[silo].Ask(client => ask(client, limit.Token), limit.Token));
            return true;
        }
        catch (RefusedException refused) when (call == CallKind.Cancel && refused.Refusal.Reason == RefusalReason.Conflict)
        {
            Refused(task, refused.Refusal.Detail);
            return true;
        }
        catch (RefusedException refused)
        {
            history.AddOdd($"{call} of {task} was refused: {refused.Refusal}");
            return true;
        }
        catch (CallFailedException)
        {
            ending.ThrowIfCancellationRequested();
            history.WasUnanswered();
            return false;
        }
    }

    /// <summary>A cancel that comes too late is answered with the state that the task has reached.</summary>
    private void Refused(Guid task, string detail)
    {
        if (StateOf().Match(detail) is { Success: true } match)
        {
            history.Add(new Answer(witness.Now, CallKind.Cancel, task, match.Groups["state"].Value));
        }
        else
        {
            history.AddOdd($"the cancel of {task} was refused: {detail}");
        }
    }

    [GeneratedRegex("^Task state is (?<state>SUCCEEDED|FAILED) and", RegexOptions.ExplicitCapture)]
    private static partial Regex StateOf();
}
