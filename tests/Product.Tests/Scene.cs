using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Product.Tests;

/// <summary>What tests do with a silo and its engine.</summary>
internal static class Scene
{
    /// <summary>For a task that ends by itself or is being ended: seconds on an idle machine.</summary>
    public static readonly TimeSpan EndMax = TimeSpan.FromSeconds(120);

    public static async Task<AppState> BusyboxApp(this SiloProcess silo, string name = "box") => await silo.Client.PushImage(name, SharedEngine.BusyboxImage);

    public static async Task<AppState> TrainingApp(this SiloProcess silo)
    {
        using var zip = await Zips.Of(Repository.PathOf("samples/training-app"));
        return await silo.Client.Push("training-app", zip);
    }

    public static Task<TaskState> Run(this SiloProcess silo, AppState app, string command, Func<TaskSubmission, TaskSubmission>? change = null)
    {
        var submission = new TaskSubmission { Command = command, MemoryMb = 32, DiskMb = 16 };
        return silo.Client.Run(app.Id, change?.Invoke(submission) ?? submission);
    }

    public static async Task<TaskState> End(this SiloProcess silo, TaskState task)
    {
        using var limit = new CancellationTokenSource(EndMax);
        try
        {
            return await silo.Client.Wait(task.Id, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Task {task.Id} did not end within {EndMax}: {await Story(silo, task)}\n{silo.Said}");
        }
    }

    /// <summary>Asks the API, which answers with something.</summary>
    public static async Task<JsonNode> Ask(this SiloProcess silo, HttpMethod method, string path, object? body = null)
    {
        using var http = new HttpClient { BaseAddress = silo.Api };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }

    /// <summary>Waits until the task's state is as told.</summary>
    public static async Task<TaskState> Until(this SiloProcess silo, TaskState task, Func<TaskState, bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(EndMax);
        while (!limit.IsCancellationRequested)
        {
            var now = await silo.Client.FindTask(task.Id, limit.Token);
            if (now is not null && condition(now))
            {
                return now;
            }

            await Task.Delay(50, CancellationToken.None);
        }

        throw new TimeoutException($"Task {task.Id} was not {what} within {EndMax}: {await Story(silo, task)}");
    }

    /// <summary>Waits until the task has said this in its log.</summary>
    public static async Task Says(this SiloProcess silo, TaskState task, string words)
    {
        using var limit = new CancellationTokenSource(EndMax);
        await foreach (var line in silo.Client.FollowLogs(task.App, task.Id, cancellation: limit.Token))
        {
            if (Text(line) == words)
            {
                return;
            }
        }

        Assert.Fail($"The task ended without '{words}': {await Story(silo, task)}");
    }

    public static async Task<string[]> Log(this SiloProcess silo, TaskState task)
    {
        var all = new List<string>();
        var query = new LogQuery(task.App, task.Id.Value);
        while (true)
        {
            var lines = await silo.Client.Logs(query);
            all.AddRange(lines.Select(Text));
            if (lines.Length < query.CountMax)
            {
                return [.. all];
            }

            query = query with { FromNanos = lines[^1].AtNanos + 1 };
        }
    }

    /// <summary>Waits until no container of ours and no disk of one is left: the report is acknowledged before they go.</summary>
    public static async Task LeavesNothing(this SiloProcess silo)
    {
        using var docker = Docker(silo.Engine);
        using var limit = new CancellationTokenSource(EndMax);
        while (true)
        {
            string[] left = [.. (await Ours(docker)).Select(each => $"{each.Names[0]} {each.State}"), .. Disks(silo)];
            if (left.Length == 0)
            {
                return;
            }

            Assert.False(limit.IsCancellationRequested, $"There is left: {string.Join(", ", left)}\n{silo.Said}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static string[] Disks(SiloProcess silo) =>
        Path.Combine(silo.Folder, silo.Cell, "scratch") is var scratch && Directory.Exists(scratch) ? Directory.GetDirectories(scratch, "granary-*") : [];

    public static async Task<IList<ContainerListResponse>> Ours(DockerClient docker) =>
        [.. (await docker.Containers.ListContainersAsync(new ContainersListParameters { All = true })).Where(each => each.Names.Any(name => name.StartsWith("/granary-", StringComparison.Ordinal)))];

    /// <summary>Removes what a test that failed has left on an engine that others use after it.</summary>
    public static async Task Sweep(string engine)
    {
        using var docker = Docker(engine);
        try
        {
            foreach (var left in await Ours(docker))
            {
                await docker.Containers.RemoveContainerAsync(left.ID, new ContainerRemoveParameters { Force = true });
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or DockerApiException)
        {
            // The test ended its engine, or the engine is removing it already.
        }
    }

    public static DockerClient Docker(string engine) => new DockerClientBuilder().WithEndpoint(new Uri(engine)).Build();

    public static async Task<string> Story(SiloProcess silo, TaskState task) =>
        await silo.Client.FindTask(task.Id) is { } now
            ? $"{now.Phase} {now.FailureReason}\n" + string.Join('\n', now.Story.Entries.Select(each => string.Create(CultureInfo.InvariantCulture, $"  {each.At:HH:mm:ss.fff} attempt {each.Attempt}: {each.Text}")))
            : "there is no such task";

    private static string Text(LogLine line) => Encoding.UTF8.GetString(line.Text.Span);
}
