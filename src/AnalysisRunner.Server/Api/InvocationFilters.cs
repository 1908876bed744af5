using System.Buffers.Text;
using System.Globalization;
using System.Text;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api;

/// <summary>The filters, order and page of a list of invocations, as the query of a URL has them.</summary>
internal static class InvocationFilters
{
    private const int MaximumPage = 1000;
    private const int MaximumText = 1000;

    /// <summary>The names of the parameters; any other is refused, because a misspelt filter would show what was not asked for.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "guid", "dataset", "level", "user", "repository", "commit", "image", "state", "batch", "progress", "longer", "shorter", "from", "before", "text", "sort", "limit", "cursor",
    ];

    /// <summary>The names of the parameters of a list that comes whole.</summary>
    public static IReadOnlyList<string> ExportNames { get; } = [.. Names.Except(["limit", "cursor"]), "format"];

    /// <summary>Reads the query; every problem at once.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6024</c>.</exception>
    public static InvocationQuery Parse(IQueryCollection query) => Parse(query, Names);

    /// <summary>Reads the query, of which only some parameters are known here.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6024</c>.</exception>
    public static InvocationQuery Parse(IQueryCollection query, IReadOnlyList<string> known)
    {
        var problems = new List<Problem>();
        T? Read<T>(string name, Func<string, T?> parse, string remedy)
        {
            var text = query[name].ToString();
            if (text.Length == 0) return default;
            var value = query[name].Count == 1 && text.Length <= MaximumText && !text.Contains('\0', StringComparison.Ordinal) ? parse(text) : default;
            if (value is null) problems.Add(new Problem(PolicyCodes.Parameter, $"The parameter '{name}' is {Quoted.Value(text)}; {remedy}.", name));
            return value;
        }

        foreach (var name in query.Keys.Where(name => !known.Contains(name, StringComparer.Ordinal)))
        {
            problems.Add(new Problem(PolicyCodes.Parameter, $"There is no parameter {Quoted.Value(name)} here; use {string.Join(", ", known)}.", name));
        }
        var sort = Read("sort", ParseSort, "write 'submitted', 'dataset', 'level', 'user', 'state' or 'duration', with '-' before it for descending");
        var found = new InvocationQuery
        {
            Dataset = Read("dataset", text => text, "give one name"),
            AccessLevel = Read("level", ParseLevel, "write 'test', 'standard' or 'full'"),
            SubmittedBy = Read("user", text => text, "give the beginning of one name"),
            Repository = Read("repository", text => RepositoryUrl.TryParse(text, out var url) ? url.ToString() : null, "give the repository's URL"),
            Commit = Read("commit", ParseCommit, "give 4 to 64 hexadecimal digits, the beginning of a commit's hash or all of it"),
            ArGuid = Read("guid", ParseArGuid, $"give the beginning of an ar-guid, at least {InvocationQuery.ShortestArGuid} characters of it"),
            Image = Read("image", text => text, "give the beginning of one image"),
            Batch = Read("batch", text => text, "give the beginning of a batch's name"),
            Progress = Read("progress", ParseProgress, "write 'running' for those of which a batch runs, or 'failed' for those of which a job has failed"),
            AtLeast = Read("longer", ParseDuration, "give a duration such as '90s', '5m' or '1h30m'"),
            AtMost = Read("shorter", ParseDuration, "give a duration such as '90s', '5m' or '1h30m'"),
            State = Read("state", ParseState, "write 'accepted', 'running', 'succeeded', 'failed', 'cancelled' or 'imported'"),
            From = Read("from", ParseMoment, "give a date such as '2026-03-04' or a moment such as '2026-03-04T05:06:07Z'"),
            Before = Read("before", ParseMoment, "give a date such as '2026-03-04' or a moment such as '2026-03-04T05:06:07Z'"),
            Text = Read("text", text => text, $"give words, at most {MaximumText} characters"),
            Order = sort?.Order ?? InvocationOrder.Submitted,
            IsAscending = sort?.IsAscending ?? false,
            After = Read("cursor", text => ParseCursor(text, sort?.Order), "use the link to the next page as it was given"),
            Limit = Read("limit", ParseLimit, $"give a whole number from 1 to {MaximumPage}") ?? 100,
        };
        return problems.Count == 0 ? found : throw new AnalysisRunnerException(problems);
    }

    /// <summary>The cursor's form in a URL: opaque to callers.</summary>
    public static string Format(InvocationCursor cursor) => Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{cursor.Position} {cursor.Value}")));

    private static InvocationCursor? ParseCursor(string text, InvocationOrder? order)
    {
        if (!Base64Url.IsValid(text)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(' ', 2);
        // A cursor of another order says no duration.
        if (order == InvocationOrder.Duration && parts is [_, { Length: > 0 } duration] && !long.TryParse(duration, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return null;
        return parts.Length == 2 && !parts[1].Contains('\0', StringComparison.Ordinal) && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? new InvocationCursor(position, parts[1].Length == 0 ? null : parts[1])
            : null;
    }

    private static (InvocationOrder Order, bool IsAscending)? ParseSort(string text) => text.TrimStart('-') switch
    {
        "submitted" => (InvocationOrder.Submitted, IsAscending(text)),
        "dataset" => (InvocationOrder.Dataset, IsAscending(text)),
        "level" => (InvocationOrder.Level, IsAscending(text)),
        "user" => (InvocationOrder.User, IsAscending(text)),
        "state" => (InvocationOrder.State, IsAscending(text)),
        "duration" => (InvocationOrder.Duration, IsAscending(text)),
        _ => null,
    };

    private static bool IsAscending(string text) => text[0] != '-';

    private static AccessLevel? ParseLevel(string text) => AccessLevelNames.TryParse(text, out var level) ? level : null;

    private static InvocationState? ParseState(string text) =>
        Enum.GetValues<InvocationState>().Cast<InvocationState?>().FirstOrDefault(state => state!.Value.ToName() == text);

    private static string? ParseCommit(string text) =>
        text.Length is >= 4 and <= 64 && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null;

    private static string? ParseArGuid(string text) =>
        text.Length is >= InvocationQuery.ShortestArGuid and <= 36 && text.All(c => char.IsAsciiHexDigit(c) || c == '-') ? text.ToLowerInvariant() : null;

    private static BatchProgress? ParseProgress(string text) => text switch
    {
        "running" => BatchProgress.Running,
        "failed" => BatchProgress.Failed,
        _ => null,
    };

    private static TimeSpan? ParseDuration(string text) => DurationText.TryParse(text, out var duration) ? duration : null;

    private static int? ParseLimit(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaximumPage ? limit : null;

    private static DateTimeOffset? ParseMoment(string text) =>
        DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var moment)
            ? moment
            : null;
}
