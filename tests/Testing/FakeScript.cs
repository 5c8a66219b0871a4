using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Core.Runtime;

namespace Granary.Testing;

/// <summary>
/// What a container of <see cref="FakeRuntime"/> does: the last element of <see cref="ContainerSpec.Command"/>, steps separated by
/// semicolons; of a staging, its variable <c>FAKE_STAGING</c>. After the last step, and for any step it does not know (such as <c>true</c>), the process exits with 0.
/// <list type="bullet">
/// <item><c>print TEXT</c>, <c>printerr TEXT</c>: a line on a stream; <c>print-rest TEXT</c>: the same without a line end.</item>
/// <item><c>leave PATH TEXT</c>: a file with a line; in a staging, folders of the home are there without.</item>
/// <item><c>print-long N</c>: a line of N times the letter x.</item>
/// <item><c>exit N</c>; <c>oom</c>: killed by the memory limit.</item>
/// <item><c>run N ms</c>: runs for a while by the clock, then goes on with the next step.</item>
/// <item><c>wait</c>, <c>hold</c>, <c>sleep N</c>: runs until it is stopped (143) or until the test calls <see cref="FakeRuntime.Finish"/>.</item>
/// <item><c>wait ignoring TERM</c>: only SIGKILL ends it (137); <c>wait then exit N on TERM</c>: its handler exits with N.</item>
/// <item><c>missing command</c>: the engine cannot start it; <c>missing image</c>: the engine cannot create it.</item>
/// </list>
/// </summary>
internal sealed partial record FakeScript(ImmutableArray<FakeStep> Steps, bool ImageMissing, bool CommandMissing)
{
    public static FakeScript Of(ContainerSpec spec)
    {
        var text = spec.Staging is not null ? spec.Environment.GetValueOrDefault("FAKE_STAGING", "")
            : spec.Command.IsDefaultOrEmpty ? "" : spec.Command[^1];
        var words = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new FakeScript([.. words.Select(Step)], words.Contains("missing image"), words.Contains("missing command"));
    }

    private static FakeStep Step(string text)
    {
        var verb = text.Split(' ')[0];
        var rest = text[verb.Length..].TrimStart();
        return verb switch
        {
            "print" => new FakeStep.Print(OutputStream.Out, rest + "\n"),
            "printerr" => new FakeStep.Print(OutputStream.Error, rest + "\n"),
            "print-rest" => new FakeStep.Print(OutputStream.Out, rest),
            "print-long" when Number(rest) is { } length => new FakeStep.Print(OutputStream.Out, new string('x', length) + "\n"),
            "leave" when rest.Split(' ', 2) is [var path, var content] => new FakeStep.Leave(path, content + "\n"),
            "exit" when Number(rest) is { } code => new FakeStep.Exit(code),
            "oom" => new FakeStep.Exit(FakeContainer.Killed, OutOfMemory: true),
            "run" when RunTime().Match(text) is { Success: true } match => new FakeStep.Run(TimeSpan.FromMilliseconds(Number(match.Groups[1].Value)!.Value)),
            "hold" or "sleep" => new FakeStep.Wait(FakeContainer.Terminated),
            "wait" when rest == "ignoring TERM" => new FakeStep.Wait(null),
            "wait" when TermHandler().Match(text) is { Success: true } match => new FakeStep.Wait(Number(match.Groups[1].Value)),
            "wait" when rest.Length == 0 => new FakeStep.Wait(FakeContainer.Terminated),
            _ => new FakeStep.Exit(0),
        };
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex("^run ([0-9]{1,9}) ms$")]
    private static partial Regex RunTime();

    [GeneratedRegex("^wait then exit ([0-9]{1,3}) on TERM$")]
    private static partial Regex TermHandler();
}

/// <summary>One step of a <see cref="FakeScript"/>.</summary>
internal abstract record FakeStep
{
    private FakeStep()
    {
    }

    internal sealed record Print(OutputStream Stream, string Text) : FakeStep;

    internal sealed record Leave(string Path, string Text) : FakeStep;

    internal sealed record Exit(int Code, bool OutOfMemory = false) : FakeStep;

    internal sealed record Run(TimeSpan Time) : FakeStep;

    /// <param name="CodeOnTerm">The exit status when SIGTERM comes; null if it is ignored.</param>
    internal sealed record Wait(int? CodeOnTerm) : FakeStep;
}
