using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Policies;

namespace AnalysisRunner.Server.Pages;

/// <summary>What all pages share.</summary>
internal static class Layout
{
    /// <summary>A whole page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="body">Its content.</param>
    /// <param name="notice">What everybody has to know who looks at this server; empty for nothing.</param>
    /// <param name="isLive">Whether it loads itself again every few seconds, because what it shows is not final.</param>
    public static Html Page(string title, Html body, string notice, bool isLive = false) => Html.Of(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        {(isLive ? Html.Of($"<meta http-equiv=\"refresh\" content=\"3\">") : Html.Empty)}
        <title>{title} – analysis runner</title>
        <link rel="stylesheet" href="/pages.css">
        </head>
        <body>
        <header><a href="/invocations">Invocations</a>{(notice.Length == 0 ? Html.Empty : Html.Of($" · {notice}"))}</header>
        <main>
        <h1>{title}</h1>
        {body}
        </main>
        </body>
        </html>

        """);

    /// <summary>Where access levels rest on trust, every page says so.</summary>
    public static string Notice(Policy policy) =>
        policy.AnyOther is { IsUnenforced: true } ? "local runner: access levels are not enforced on this machine"
        : policy.Datasets.Values.Any(dataset => dataset.IsUnenforced) ? "unenforced: access levels of some datasets rest on trust"
        : "";

    /// <summary>An invocation's level, and whether anything enforces it.</summary>
    public static string Level(Invocation invocation) => invocation.AccessLevel.ToName() + (invocation.Unenforced ? ", unenforced" : "");

    /// <summary>A state as a coloured word.</summary>
    public static Html State(string state) => Html.Of($"<span class=\"state {state}\">{state}</span>");

    /// <summary>A time in UTC.</summary>
    public static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>The time between two points, or an empty text while the second is open.</summary>
    public static string Duration(DateTimeOffset? from, DateTimeOffset? to) =>
        from is { } start && to is { } end ? string.Create(CultureInfo.InvariantCulture, $"{(end - start).TotalSeconds:0.0} s") : "";
}
