using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Granary.Cli.Http;

namespace Granary.Cli;

/// <summary>How results are written.</summary>
internal enum OutputForm
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs: the objects of the API as the server sent them.</summary>
    Json,
}

/// <summary>Options and arguments that several commands have.</summary>
internal static class Shared
{
    public const string ApiVariable = "GRANARY_API";

    private const int SecondsDefault = 60;
    private const int SecondsMax = 24 * 3600;

    public static readonly Option<Uri?> Api = new("--api")
    {
        Description = $"The server's address. Default ${ApiVariable}, else {ApiClient.DefaultAddress.GetLeftPart(UriPartial.Authority)}.",
        HelpName = "URL",
        Recursive = true,
        CustomParser = argument =>
        {
            var text = argument.Tokens.Single().Value;
            if (Address(text) is { } address)
            {
                return address;
            }

            argument.AddError(NoAddress("--api", text));
            return null;
        },
    };

    /// <summary>For one answer to begin. Range 1 s to 24 h: a loaded server is slow, a dead one does not answer at all.</summary>
    public static readonly Option<int?> Timeout = Duration("--timeout", "For one answer of the server to begin, for example 90s.", recursive: true);

    /// <summary>How long the server may be away while the command waits or follows. Range 1 s to 24 h: the restart of a silo takes a few.</summary>
    public static readonly Option<int?> Patience = Duration("--patience", "How long the server may be away while the command waits, for example 5m.", recursive: false);

    public static readonly Option<OutputForm> Output = Form("--output", "-o");

    /// <summary>For commands where -o is something else, as in cf.</summary>
    public static readonly Option<OutputForm> OutputInFull = Form("--output");

    /// <summary>An app by its name.</summary>
    public static Argument<string> App()
    {
        var argument = new Argument<string>("app") { Description = "The app's name.", HelpName = "APP" };
        argument.CompletionSources.Add(context => Names(context, api => api.All("/v3/apps", CancellationToken.None).GetAwaiter().GetResult()));
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("An app's name is not empty.");
            }
        });
        return argument;
    }

    /// <summary>A cell by its name.</summary>
    public static Argument<string> Cell()
    {
        var argument = new Argument<string>("cell") { Description = "The cell's name, see 'granary cells'.", HelpName = "CELL" };
        argument.CompletionSources.Add(context => Names(context, api => api.Get("/api/cells", CancellationToken.None).GetAwaiter().GetResult().Items("resources")));
        return argument;
    }

    /// <summary>A task by its number within its app.</summary>
    public static Argument<int> TaskNumber() => new("id")
    {
        Description = "The task's number within its app, see 'granary tasks APP'.",
        HelpName = "TASK_ID",
        CustomParser = argument => ReadTaskNumber(argument) ?? 0,
    };

    public static int? ReadTaskNumber(ArgumentResult argument)
    {
        if (int.TryParse(argument.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        argument.AddError($"'{argument.Tokens.Single().Value}' is no task's number: 'granary tasks APP' shows them.");
        return null;
    }

    /// <summary>Where the server is: the option, the environment, the default, in this order.</summary>
    public static Uri Server(ParseResult parsed)
    {
        if (parsed.GetValue(Api) is { } named)
        {
            return named;
        }

        return Environment.GetEnvironmentVariable(ApiVariable) is { Length: > 0 } text
            ? Address(text) ?? throw new FailureException(NoAddress(ApiVariable, text))
            : ApiClient.DefaultAddress;
    }

    /// <summary>The value of <see cref="Timeout"/> or <see cref="Patience"/>.</summary>
    public static TimeSpan Given(ParseResult parsed, Option<int?> duration) => TimeSpan.FromSeconds(parsed.GetValue(duration) ?? SecondsDefault);

    private static Option<int?> Duration(string name, string description, bool recursive) => new(name)
    {
        Description = $"{description} Default {SecondsDefault}s, at most {SecondsMax / 3600}h.",
        HelpName = "DURATION",
        Recursive = recursive,
        CustomParser = argument =>
        {
            var seconds = Sizes.Seconds(argument);
            if (seconds > SecondsMax)
            {
                argument.AddError($"{name} is at most {SecondsMax / 3600}h.");
            }

            return seconds;
        },
    };

    private static Option<OutputForm> Form(string name, params string[] aliases) => new(name, aliases)
    {
        Description = "json for programs: the API's own objects.",
        HelpName = "table|json",
        CustomParser = argument => argument.Tokens.Single().Value switch
        {
            "table" => OutputForm.Table,
            "json" => OutputForm.Json,
            var other => Fault(argument, $"'{other}' is no form of output: table or json."),
        },
    };

    private static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && address is { PathAndQuery: "/", Fragment: "", UserInfo: "" }
            ? address
            : null;

    private static string NoAddress(string from, string text) => $"{from} is '{text}': write an address such as {ApiClient.DefaultAddress.GetLeftPart(UriPartial.Authority)}.";

    private static OutputForm Fault(ArgumentResult argument, string message)
    {
        argument.AddError(message);
        return OutputForm.Table;
    }

    /// <summary>What a shell offers for a name. Without a server there is nothing to offer, and no reason to complain in the midst of a line.</summary>
    private static IEnumerable<string> Names(CompletionContext context, Func<ApiClient, IEnumerable<JsonElement>> ask)
    {
        try
        {
            using var api = new ApiClient(Server(context.ParseResult), TimeSpan.FromSeconds(1));
            return [.. ask(api).Select(each => each.Text("name")).OfType<string>()];
        }
        catch (FailureException)
        {
            return [];
        }
    }
}
