using Microsoft.Extensions.Logging;

namespace AnalysisRunner.Server.Tests.Hosting;

/// <summary>A log that tells when a message with a certain text has come.</summary>
internal sealed class SeenMessages<T>(string text) : ILogger<T>
{
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Seen => _seen.Task;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception).Contains(text, StringComparison.Ordinal)) _seen.TrySetResult();
    }
}
