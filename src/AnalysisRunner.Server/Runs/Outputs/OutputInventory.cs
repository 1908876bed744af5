using System.Text;
using System.Text.Json;

namespace AnalysisRunner.Server.Runs.Outputs;

/// <summary>
/// What was under an output prefix before the driver started, noted in a file: what a run made is told from what was there by this list and not by times,
/// because the clocks of stores, machines and users differ.
/// </summary>
internal static class OutputInventory
{
    /// <summary>Notes what is there, once, before the driver starts. Where there is nothing, there is no file either: a new prefix is empty.</summary>
    public static async Task NoteAsync(OutputFolder folder, string file, CancellationToken cancellation)
    {
        if (File.Exists(file)) return;
        var unfinished = file + ".new";
        StreamWriter? writer = null;
        try
        {
            await foreach (var (path, entry) in folder.ListAsync(cancellation))
            {
                writer ??= Open(unfinished);
                await writer.WriteLineAsync(JsonSerializer.Serialize([path, entry.Version ?? ""], Record.RecordJson.Default.IReadOnlyListString));
            }
        }
        finally
        {
            if (writer is not null) await writer.DisposeAsync();
        }
        if (writer is not null) File.Move(unfinished, file);
    }

    private static StreamWriter Open(string file)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(file)!);
        return new StreamWriter(file, append: false);
    }

    /// <summary>Reads it beside a later list of the same folder, of which both are in the same order: flat in memory, however long they are.</summary>
    public sealed class Reader : IDisposable
    {
        private readonly StreamReader? _file;
        private (byte[] Path, string Version)? _next;

        /// <summary>Opens it; an empty one where there is no file.</summary>
        public Reader(string file)
        {
            _file = File.Exists(file) ? new StreamReader(file) : null;
            _next = Read();
        }

        /// <summary>The version that a path had; null when it was not there. Paths are asked in their order.</summary>
        public string? VersionOf(string path)
        {
            var wanted = Encoding.UTF8.GetBytes(path);
            while (_next is { } next)
            {
                var order = next.Path.AsSpan().SequenceCompareTo(wanted);
                if (order > 0) return null;
                _next = Read();
                if (order == 0) return next.Version;
            }
            return null;
        }

        public void Dispose() => _file?.Dispose();

        private (byte[] Path, string Version)? Read() =>
            _file?.ReadLine() is { } line && JsonSerializer.Deserialize(line, Record.RecordJson.Default.IReadOnlyListString) is [var path, var version]
                ? (Encoding.UTF8.GetBytes(path), version)
                : null;
    }
}
