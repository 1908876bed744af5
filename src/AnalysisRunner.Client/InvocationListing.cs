using System.Globalization;
using System.Text;

namespace AnalysisRunner.Client;

/// <summary>Which invocations to list, in which order. A filter that is null is not sent; its form is the server's to judge.</summary>
public sealed record InvocationListing
{
    /// <summary>The dataset.</summary>
    public string? Dataset { get; init; }

    /// <summary>The access level.</summary>
    public string? Level { get; init; }

    /// <summary>The beginning of who submitted it.</summary>
    public string? User { get; init; }

    /// <summary>The repository's address.</summary>
    public string? Repository { get; init; }

    /// <summary>The beginning of the commit's hash, or all of it.</summary>
    public string? Commit { get; init; }

    /// <summary>The beginning of the ar-guid.</summary>
    public string? ArGuid { get; init; }

    /// <summary>The beginning of the driver's image.</summary>
    public string? Image { get; init; }

    /// <summary>The beginning of the name of one of its batches.</summary>
    public string? Batch { get; init; }

    /// <summary><c>running</c>: one of its batches runs; <c>failed</c>: one of its jobs has failed.</summary>
    public string? Progress { get; init; }

    /// <summary>It took at least so long, such as <c>1h30m</c>.</summary>
    public string? Longer { get; init; }

    /// <summary>It took at most so long.</summary>
    public string? Shorter { get; init; }

    /// <summary>The state.</summary>
    public string? State { get; init; }

    /// <summary>Submitted at this date or moment, or later.</summary>
    public string? From { get; init; }

    /// <summary>Submitted before this date or moment.</summary>
    public string? Before { get; init; }

    /// <summary>Words to find.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// <c>submitted</c>, <c>dataset</c>, <c>level</c>, <c>user</c>, <c>state</c> or <c>duration</c>; with <c>-</c> before it descending. Null is the newest first. By
    /// duration, what has not ended comes last either way.
    /// </summary>
    public string? Sort { get; init; }

    /// <summary>How many at most in one answer, 1 to 1,000; null is the server's choice.</summary>
    public int? Limit { get; init; }

    /// <summary>Where an earlier answer ended (<see cref="InvocationPage.Next"/>).</summary>
    public string? Cursor { get; init; }

    internal string Query()
    {
        var query = new StringBuilder();
        void Add(string name, string? value)
        {
            if (value is not null) query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        Add("dataset", Dataset);
        Add("level", Level);
        Add("user", User);
        Add("repository", Repository);
        Add("commit", Commit);
        Add("guid", ArGuid);
        Add("image", Image);
        Add("batch", Batch);
        Add("progress", Progress);
        Add("longer", Longer);
        Add("shorter", Shorter);
        Add("state", State);
        Add("from", From);
        Add("before", Before);
        Add("text", Text);
        Add("sort", Sort);
        Add("limit", Limit?.ToString(CultureInfo.InvariantCulture));
        Add("cursor", Cursor);
        return query.ToString();
    }
}
