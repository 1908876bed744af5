using Microsoft.AspNetCore.WebUtilities;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>The address of a list of invocations: its filters, order and page, so that what somebody sees can be sent to somebody else.</summary>
/// <param name="values">The parameters that are set.</param>
public sealed class ListUrl(IReadOnlyDictionary<string, string> values)
{
    private const string Path = "/invocations";

    /// <summary>A parameter's value; empty when it is not set.</summary>
    public string this[string name] => values.GetValueOrDefault(name, "");

    /// <summary>Whether anything is filtered.</summary>
    public bool IsFiltered => values.Keys.Any(name => name is not ("sort" or "cursor" or "limit"));

    /// <summary>The address with one parameter changed, from the first page.</summary>
    public string With(string name, string? value)
    {
        var changed = values.Where(pair => pair.Key != name && pair.Key != "cursor").ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        if (!string.IsNullOrEmpty(value)) changed[name] = value;
        return QueryHelpers.AddQueryString(Path, changed);
    }

    /// <summary>The address of the page that begins at a cursor; of the first page with null.</summary>
    public string Page(string? cursor) => With("cursor", cursor);

    /// <summary>The address of all that holds the filters, as a file.</summary>
    public string Export(string format)
    {
        var kept = values.Where(pair => pair.Key is not ("cursor" or "limit")).ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        kept["format"] = format;
        return QueryHelpers.AddQueryString(Path + "/export", kept);
    }

    /// <summary>The address that sorts by a column; by it the other way round when it is sorted by it already.</summary>
    public string Sort(string column) => With("sort", this["sort"] == column ? "-" + column : column);

    /// <summary>How a column is sorted, in the words of the attribute <c>aria-sort</c>.</summary>
    public string? Sorted(string column) => this["sort"] == column ? "ascending" : this["sort"] == "-" + column ? "descending" : null;
}
