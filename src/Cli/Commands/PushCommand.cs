using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Cli.Http;
using Granary.Cli.Output;
using Granary.Cli.Packing;

namespace Granary.Cli.Commands;

internal static class PushCommand
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var name = Shared.App();
        var path = new Option<string>("--path", "-p") { Description = "A folder or a zip file. Default: the folder you are in.", HelpName = "PATH" };
        var image = new Option<string>("--docker-image", "-o") { Description = "A Docker image instead of files.", HelpName = "IMAGE" };
        var start = new Option<bool>("--start") { Description = "Start the app with the new droplet, or restart it, and wait until its instances are up." };
        var command = new Command("push", "Makes an app, or gives it a new droplet, out of files or of a Docker image. What runs of it goes on as it is, unless --start is given.") { name, path, image, start, Shared.Patience, Shared.OutputInFull };
        command.Validators.Add(result =>
        {
            if (result.GetResult(path) is not null && result.GetResult(image) is not null)
            {
                result.AddError("--path and --docker-image exclude each other.");
            }
        });
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var push = new Push(session, parsed.GetRequiredValue(name));
            var app = parsed.GetValue(image) is { } reference
                ? await push.Image(reference, cancellation)
                : await push.Files(parsed.GetValue(path) ?? ".", cancellation);
            if (parsed.GetValue(start))
            {
                app = await session.Api.Post($"/v3/apps/{Session.Guid(app)}/actions/restart", null, cancellation);
                await Starting.Finish(session, Session.Guid(app), Shared.Given(parsed, Shared.Patience), cancellation);
            }
            else if (app.Text("state") == "STARTED")
            {
                Terminal.Note($"Its instances run the droplet before: 'granary restart {Shown.Harmless(parsed.GetRequiredValue(name))}' takes the new one.");
            }

            if (session.InJson)
            {
                session.Terminal.Json(app);
            }
        });
        return command;
    }

    /// <summary>One push: package, build, current droplet. Until the last step the app is what it was.</summary>
    private sealed class Push(Session session, string name)
    {
        public async Task<JsonElement> Files(string path, CancellationToken cancellation)
        {
            // Packed first: a fault in the files must not leave an app behind.
            await using var bits = Bits.Open(path);
            Terminal.Note(bits.Description);
            var app = await FindOrMake("buildpack", cancellation);
            var package = await session.Api.Post("/v3/packages", new JsonObject { ["type"] = "bits", ["relationships"] = AppOf(app) }, cancellation);
            Terminal.Note($"Uploading {bits.Length / 1024.0:0.#} KB");
            using var form = new MultipartFormDataContent();
            using var content = new StreamContent(bits.Content);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(content, "bits", "package.zip");
            await Upload(package, form, cancellation);
            return await Finish(app, package, cancellation);
        }

        public async Task<JsonElement> Image(string reference, CancellationToken cancellation)
        {
            var app = await FindOrMake("docker", cancellation);
            var request = new JsonObject { ["type"] = "docker", ["data"] = new JsonObject { ["image"] = reference }, ["relationships"] = AppOf(app) };
            var package = await session.Api.Post("/v3/packages", request, cancellation);
            return await Finish(app, package, cancellation);
        }

        private async Task Upload(JsonElement package, MultipartFormDataContent form, CancellationToken cancellation)
        {
            try
            {
                await session.Api.Upload($"/v3/packages/{Session.Guid(package)}/upload", form, cancellation);
            }
            catch (ApiException refusal) when (refusal.Status == HttpStatusCode.UnprocessableEntity)
            {
                // The server speaks of the archive and does not say so: its words are those that cf shows.
                throw new FailureException($"The archive was refused, and app {Shown.Harmless(name)} is what it was: {refusal.Message}", refusal);
            }
        }

        private static JsonObject AppOf(JsonElement app) => new() { ["app"] = Json.To(Session.Guid(app)) };

        private async Task<JsonElement> FindOrMake(string lifecycle, CancellationToken cancellation)
        {
            if (await session.FindApp(name, cancellation) is { } found)
            {
                return found;
            }

            Terminal.Note($"Making app {Shown.Harmless(name)}");
            var request = new JsonObject
            {
                ["name"] = name,
                ["lifecycle"] = new JsonObject { ["type"] = lifecycle, ["data"] = new JsonObject() },
                ["relationships"] = new JsonObject { ["space"] = Json.To(await session.Space(cancellation)) },
            };
            return await session.Api.Post("/v3/apps", request, cancellation);
        }

        private async Task<JsonElement> Finish(JsonElement app, JsonElement package, CancellationToken cancellation)
        {
            await Until("package", $"/v3/packages/{Session.Guid(package)}", "READY", cancellation);
            var build = await session.Api.Post("/v3/builds", new JsonObject { ["package"] = new JsonObject { ["guid"] = Session.Guid(package) } }, cancellation);
            var staged = await Until("build", $"/v3/builds/{Session.Guid(build)}", "STAGED", cancellation);
            var droplet = staged.Text("droplet", "guid") ?? throw new FailureException("The server staged the app and names no droplet: it does not answer as Granary does.");
            var guid = Session.Guid(app);
            await session.Api.Patch($"/v3/apps/{guid}/relationships/current_droplet", Json.To(droplet), cancellation);
            Terminal.Note($"App {Shown.Harmless(name)} has droplet {Shown.Harmless(droplet)} now. TIP: 'granary run-task {Shown.Harmless(name)} --command COMMAND' runs a task in it.");
            return await session.Api.Get($"/v3/apps/{guid}", cancellation);
        }

        private async Task<JsonElement> Until(string what, string path, string state, CancellationToken cancellation)
        {
            while (true)
            {
                var resource = await session.Api.Get(path, cancellation);
                var now = resource.Text("state");
                if (now == state)
                {
                    return resource;
                }

                if (now is null or "FAILED" or "EXPIRED")
                {
                    var reason = resource.Text("error") ?? resource.Text("data", "error");
                    throw new FailureException($"The {what} is {now ?? "in no state"}{(reason is null ? "." : $": {reason}")}");
                }

                await Task.Delay(PollEvery, cancellation);
            }
        }
    }
}
