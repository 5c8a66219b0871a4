using System.Text;
using Granary.Client;
using Granary.Core.Tasks;

await using var granary = await GranaryConnection.Open(gatewayPort: int.Parse(args[0]));
var app = await granary.Client.Push("training-app", File.OpenRead(args[1]));
var task = await granary.Client.Run(app.Id, new TaskSubmission { Command = "tasks/sample-task.sh", MemoryMb = 8, DiskMb = 64 });
await foreach (var line in granary.Client.FollowLogs(app.Id, task.Id))
{
    Console.WriteLine(Encoding.UTF8.GetString(line.Text.Span));
}

task = await granary.Client.Wait(task.Id);
Console.WriteLine($"{task.Phase}: exit status {task.ExitCode} after {task.Attempt} attempt");
