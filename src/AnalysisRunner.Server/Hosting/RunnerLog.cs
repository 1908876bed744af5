using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AnalysisRunner.Server.Hosting;

/// <summary>The server's own log: one entry a line, as text or as JSON, control characters made visible so that no value can forge an entry.</summary>
internal sealed class RunnerLog : ILoggerProvider
{
    private readonly Lock _lock = new();
    private readonly Stream _stream;
    private readonly TimeProvider _time;

    /// <summary>Writes to a stream, which it takes over.</summary>
    public RunnerLog(Stream stream, TimeProvider time) => (_stream, _time) = (stream, time);

    /// <summary>Whether an entry is a JSON object with the values of its message as members, and not a text.</summary>
    public bool IsJson { get; init; }

    /// <summary>Opens the log for appending.</summary>
    public static RunnerLog Open(string path, TimeProvider time)
    {
        // Append on the system's side too: the runtime's own last words go to the same file.
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new RunnerLog(new FileStream(path, options), time);
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLog(this, categoryName);

    public void Dispose() => _stream.Dispose();

    private void Write(LogLevel level, string category, string message, IEnumerable<KeyValuePair<string, object?>> values, Exception? exception)
    {
        if (IsJson) WriteLine(JsonEntry.Compose(_time.GetUtcNow(), level, category, message, values, exception));
        else WriteText(level, category, message, exception);
    }

    private void WriteText(LogLevel level, string category, string message, Exception? exception)
    {
        var trace = Activity.Current?.TraceId.ToHexString();
        var entry = string.Create(
            CultureInfo.InvariantCulture, $"{_time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {level} {category}{(trace is null ? "" : " [" + trace + "]")} {message}{(exception is null ? "" : " " + exception)}");
        var line = new StringBuilder(entry.Length + 1);
        foreach (var c in entry)
        {
            if (c == '\n') line.Append("\\n");
            else if (!char.IsControl(c)) line.Append(c);
        }
        line.Append('\n');
        WriteLine(Encoding.UTF8.GetBytes(line.ToString()));
    }

    private void WriteLine(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            if (!_stream.CanWrite) return;
            if (_stream.CanSeek) _stream.Seek(0, SeekOrigin.End);
            _stream.Write(line);
            _stream.Flush();
        }
    }

    private sealed class CategoryLog(RunnerLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(logLevel, category, formatter(state, exception), state as IEnumerable<KeyValuePair<string, object?>> ?? [], exception);
        }
    }
}
