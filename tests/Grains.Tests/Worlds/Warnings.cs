using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Tests.Worlds;

/// <summary>Keeps what the silos of a world warned of: shown when a wait fails, and asked for what must not happen.</summary>
internal sealed class Warnings : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = new();

    /// <summary>What the product itself calls an error. Orleans calls every failed write one.</summary>
    public IEnumerable<string> Errors => lines.Where(each => each.Level >= LogLevel.Error && each.Text.StartsWith("Error Granary.Grains.", StringComparison.Ordinal) && !each.Text.StartsWith("Error Granary.Grains.Tests.", StringComparison.Ordinal)).Select(each => each.Text);

    public IEnumerable<string> All => lines.Select(each => each.Text);

    /// <summary>Set while a killed process is taken down: what a real one would never get to say is not kept.</summary>
    public bool IsDeaf { get; set; }

    public ILogger CreateLogger(string categoryName) => new Line(categoryName, this);

    public void Dispose()
    {
    }

    public override string ToString() => string.Join('\n', lines.TakeLast(40).Select(each => each.Text));

    private sealed class Line(string category, Warnings all) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && !all.IsDeaf;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                all.lines.Enqueue((logLevel, $"{logLevel} {category}: {formatter(state, exception)} {exception}"));
            }
        }
    }
}
