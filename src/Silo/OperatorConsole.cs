using Granary.Grains.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Granary.Silo;

/// <summary>
/// The console as it comes with .NET, less what is told better elsewhere: a database that is away fails each activation in several layers of Orleans, each of which
/// tells it with a whole stack and throws it on. Whoever asked tells it once, in words.
/// </summary>
internal sealed class OperatorConsole(IServiceProvider services) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "granary";

    /// <summary>Looked up late: this is one of the formatters among which it looks.</summary>
    private readonly Lazy<ConsoleFormatter> simple = new(() => services.GetServices<ConsoleFormatter>().Single(each => each.Name == ConsoleFormatterNames.Simple));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!IsOutage(logEntry.Exception))
        {
            simple.Value.Write(logEntry, scopeProvider, textWriter);
        }
    }

    private static bool IsOutage(Exception? fault) => fault is not null && (fault is DatabaseUnavailableException || IsOutage(fault.InnerException));
}
