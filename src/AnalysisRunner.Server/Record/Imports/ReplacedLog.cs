using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Server.Record.Imports;

/// <summary>
/// Reads the log of the server that this one replaces: its submission messages, or what its metadata service answers, by REST or by GraphQL
/// (analysis-runner spec §4.7, §6). The three name the same things in different spellings.
/// </summary>
internal static class ReplacedLog
{
    private const int MostProblems = 20;

    // The log spells null so.
    private const string Nothing = "None";

    /// <summary>Reads a file: an array of records, or a record a line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="code">Says which address a repository's name has.</param>
    /// <param name="configOf">
    /// Where this server has the config of an ar-guid: there it is shown from, if the store is that of the original, and from nowhere else that a record may name.
    /// </param>
    /// <returns>The records in the order of their time.</returns>
    /// <exception cref="AnalysisRunnerException"><c>AR1078</c>: everything that is wrong, up to a number.</exception>
    public static IReadOnlyList<ImportedInvocation> Read(string path, CodeSettings code, Func<string, string> configOf)
    {
        var (found, problems) = (new List<ImportedInvocation>(), new List<Problem>());
        foreach (var (place, text) in Records(path))
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                found.Add(new Entry(document.RootElement).Read(code, configOf) with { Record = text });
            }
            catch (Exception exception) when (exception is JsonException or FormatException)
            {
                problems.Add(Wrong(path, $"{place} {(exception is JsonException ? "is no JSON object" : exception.Message)}"));
                if (problems.Count == MostProblems) break;
            }
        }
        if (problems.Count > 0) throw new AnalysisRunnerException(problems);
        if (found.Count == 0) throw new AnalysisRunnerException([Wrong(path, "it holds no record")]);
        return [.. found.OrderBy(one => one.Invocation.SubmittedAt)];
    }

    private static IEnumerable<(string Place, string Text)> Records(string path)
    {
        using var file = new StreamReader(path, Encoding.UTF8);
        if (FirstCharacter(file) != '[')
        {
            for (var line = 1; file.ReadLine() is { } text; line++)
                if (!string.IsNullOrWhiteSpace(text)) yield return (string.Create(CultureInfo.InvariantCulture, $"line {line}"), text);
            yield break;
        }
        using var document = ParseArray(path, file);
        var number = 0;
        foreach (var item in document.RootElement.EnumerateArray()) yield return (string.Create(CultureInfo.InvariantCulture, $"record {++number}"), item.GetRawText());
    }

    // Lines before the first character that says something are read over.
    private static char? FirstCharacter(StreamReader file)
    {
        while (file.Peek() is >= 0 and var next && char.IsWhiteSpace((char)next) && next != '\n') file.Read();
        return file.Peek() is >= 0 and var first ? (char)first : null;
    }

    private static JsonDocument ParseArray(string path, StreamReader file)
    {
        try
        {
            return JsonDocument.Parse(file.ReadToEnd());
        }
        catch (JsonException exception)
        {
            throw new AnalysisRunnerException([Wrong(path, $"it begins as a JSON array and is none: {exception.Message}")], exception);
        }
    }

    private static Problem Wrong(string path, string what) => new(
        CommandLineCodes.ImportUnusable, $"{Quoted.Value(path)} cannot be imported: {what}. Give the records of the original's log, as a JSON array or one a line; nothing was imported.");

    /// <summary>One record, by names without case, hyphens and underscores.</summary>
    private sealed class Entry
    {
        private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

        public Entry(JsonElement record)
        {
            if (record.ValueKind != JsonValueKind.Object) throw new JsonException();
            foreach (var member in record.EnumerateObject()) _values[Fold(member.Name)] = member.Value;
        }

        public ImportedInvocation Read(CodeSettings code, Func<string, string> configOf)
        {
            var arGuid = Required("arguid");
            if (!Security.RandomText.IsArGuid(arGuid)) throw new FormatException($"has the ar-guid {Quoted.Value(arGuid)}, which is none");
            var levelName = Required("accesslevel");
            if (!AccessLevelNames.TryParse(levelName, out var level)) throw new FormatException($"has the access level {Quoted.Value(levelName)}, which is none");
            var output = Optional("output") ?? Optional("outputpath") ?? "";
            var repository = Optional("repo") ?? Optional("repository");
            return new ImportedInvocation(
                new Invocation
                {
                    ArGuid = arGuid,
                    Dataset = Dataset(level),
                    AccessLevel = level,
                    Namespace = level.Namespace(),
                    Description = Optional("description") ?? "",
                    OutputPath = output,
                    OutputPrefix = StoragePath.TryParse(output, out var path, out _) && !path.IsFile ? path.Key : "",
                    SubmittedBy = Optional("user") ?? Optional("submittinguser") ?? "",
                    SubmittedAt = Moment(Required("timestamp")),
                    Repository = KnownRepositories.Find(code, repository)?.Url ?? repository,
                    Commit = Optional("commit") ?? "",
                    WorkingDirectory = Optional("cwd") ?? "",
                    // The log joins the words with spaces and does not quote them: this is what it says, and not always what ran.
                    Script = Optional("script")?.Split(' ') ?? [],
                    Arguments = [],
                    EnvironmentNames = [],
                    State = InvocationState.Imported,
                    Steps = [],
                    Batches = [],
                    ConfigPath = configOf(arGuid),
                    Image = Optional("driverimage"),
                    Engine = Optional("batchurl") is null ? null : "hail",
                    DriverHandle = Optional("batchurl"),
                    Url = "",
                },
                "");
        }

        // The metadata service has a project for each namespace of a dataset.
        private string Dataset(AccessLevel level)
        {
            const string Test = "-test";
            var name = Optional("dataset") ?? (Required("project") is var project && level == AccessLevel.Test && project.EndsWith(Test, StringComparison.Ordinal) ? project[..^Test.Length] : project);
            return DatasetName.TryParse(name, out _) ? name : throw new FormatException($"has the dataset {Quoted.Value(name)}, which is no dataset's name");
        }

        private static DateTimeOffset Moment(string text) =>
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
                ? moment
                : throw new FormatException($"has the timestamp {Quoted.Value(text)}, which is none");

        private string Required(string name) => Optional(name) ?? throw new FormatException($"has no '{name}'");

        private string? Optional(string name)
        {
            if (!_values.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
            if (value.ValueKind != JsonValueKind.String) throw new FormatException($"has in '{name}' no text");
            return value.GetString() is { Length: > 0 } text && text != Nothing ? text : null;
        }

        private static string Fold(string name) => string.Concat(name.Where(c => c is not ('-' or '_'))).ToLowerInvariant();
    }
}
