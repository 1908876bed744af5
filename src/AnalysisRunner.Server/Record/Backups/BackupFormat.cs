using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record.Migrations;

namespace AnalysisRunner.Server.Record.Backups;

/// <summary>
/// The file form of a backup, the same for every database: lines of JSON. The first names the format and the schema's version, each further one a
/// row, and the last the number of rows and the SHA-256 of everything before it, so that a cut or changed file is known as such.
/// </summary>
internal static class BackupFormat
{
    private const string Format = "analysis-runner-invocation-log";

    /// <summary>Writes lines and, at the end, what proves them.</summary>
    public sealed class Writer(Stream target) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _rows;

        /// <summary>Writes the first line.</summary>
        public Task BeginAsync(DateTimeOffset now) => WriteLineAsync(json =>
        {
            json.WriteString("format", Format);
            json.WriteNumber("version", SchemaMigrator.CurrentVersion);
            json.WriteString("createdAt", now);
        });

        /// <summary>Writes a row; a value is a number, a text or absent.</summary>
        public Task WriteRowAsync(BackupTable table, object[] values)
        {
            _rows++;
            return WriteLineAsync(json =>
            {
                json.WriteString("table", table.Name);
                json.WriteStartObject("row");
                for (var column = 0; column < values.Length; column++)
                {
                    if (values[column] is DBNull) continue;
                    if (values[column] is string text) json.WriteString(table.Columns[column], text);
                    else json.WriteNumber(table.Columns[column], Convert.ToInt64(values[column], System.Globalization.CultureInfo.InvariantCulture));
                }
                json.WriteEndObject();
            });
        }

        /// <summary>Writes the last line; the number of rows is the answer.</summary>
        public async Task<long> EndAsync()
        {
            var sum = Convert.ToHexStringLower(_hash.GetCurrentHash());
            await WriteLineAsync(json =>
            {
                json.WriteNumber("rows", _rows);
                json.WriteString("sha256", sum);
            });
            await target.FlushAsync();
            return _rows;
        }

        public void Dispose() => _hash.Dispose();

        private async Task WriteLineAsync(Action<Utf8JsonWriter> write)
        {
            using var line = new MemoryStream();
            await using (var json = new Utf8JsonWriter(line))
            {
                json.WriteStartObject();
                write(json);
                json.WriteEndObject();
            }
            line.WriteByte((byte)'\n');
            _hash.AppendData(line.GetBuffer().AsSpan(0, (int)line.Length));
            line.Position = 0;
            await line.CopyToAsync(target);
        }
    }

    /// <summary>Makes sure that a file is a complete and unchanged backup that this server can read.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6132</c>.</exception>
    public static void Verify(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (rows, isFirst, isEnded) = (-1L, true, false);
        foreach (var line in File.ReadLines(path))
        {
            if (isEnded) throw Unusable(path, "it goes on after its last line");
            using var json = Parse(path, line);
            var root = json.RootElement;
            if (isFirst)
            {
                if (!root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String || format.GetString() != Format) throw Unusable(path, "its first line does not say that it is one");
                if (!root.TryGetProperty("version", out var version) || !version.TryGetInt32(out var number) || number > SchemaMigrator.CurrentVersion)
                {
                    throw Unusable(path, $"a newer server has written it; this one knows versions up to {SchemaMigrator.CurrentVersion}");
                }
            }
            else if (root.TryGetProperty("sha256", out var sum))
            {
                if (!root.TryGetProperty("rows", out var count) || !count.TryGetInt64(out var expected) || expected != rows
                    || sum.GetString() != Convert.ToHexStringLower(hash.GetCurrentHash()))
                {
                    throw Unusable(path, "its content is not what its last line says");
                }
                isEnded = true;
            }
            hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            (isFirst, rows) = (false, rows + 1);
        }
        if (!isEnded) throw Unusable(path, "its last line is missing, so it was cut off");
    }

    /// <summary>Reads the rows of a verified file.</summary>
    public static IEnumerable<(BackupTable Table, JsonElement Row)> ReadRows(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            using var json = Parse(path, line);
            if (!json.RootElement.TryGetProperty("table", out var name)) continue;
            var table = BackupTable.All.FirstOrDefault(table => table.Name == name.GetString()) ?? throw Unusable(path, $"it has an unknown table '{name}'");
            yield return (table, json.RootElement.GetProperty("row"));
        }
    }

    private static JsonDocument Parse(string path, string line)
    {
        try
        {
            var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
            throw Unusable(path, "a line of it is no JSON object");
        }
        catch (JsonException e)
        {
            throw Unusable(path, "a line of it is no JSON object", e);
        }
    }

    private static AnalysisRunnerException Unusable(string path, string why, Exception? cause = null) =>
        new(PolicyCodes.BackupUnusable, $"\"{path}\" is no backup that can be restored: {why}. Take another copy, or an older backup.", cause);
}
