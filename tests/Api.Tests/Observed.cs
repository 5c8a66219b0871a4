using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Granary.Api.Tests;

/// <summary>What the host said, in words.</summary>
public sealed class Observed : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private sealed class Logger(Observed all) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                all.Lines.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }
    }
}
