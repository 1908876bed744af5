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

    /// <summary>Who submitted it.</summary>
    public string? User { get; init; }

    /// <summary>The repository's address.</summary>
    public string? Repository { get; init; }

    /// <summary>The beginning of the commit's hash, or all of it.</summary>
    public string? Commit { get; init; }

    /// <summary>The state.</summary>
    public string? State { get; init; }

    /// <summary>Submitted at this date or moment, or later.</summary>
    public string? From { get; init; }

    /// <summary>Submitted before this date or moment.</summary>
    public string? Before { get; init; }

    /// <summary>Words to find.</summary>
    public string? Text { get; init; }

    /// <summary><c>submitted</c>, <c>dataset</c>, <c>level</c>, <c>user</c> or <c>state</c>; with <c>-</c> before it descending. Null is the newest first.</summary>
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
