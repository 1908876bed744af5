using System.Globalization;

namespace AnalysisRunner.Server.Pages.Shared;

/// <summary>Values as people read them.</summary>
internal static class Texts
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>A number.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number of bytes in the largest unit of which there is one.</summary>
    public static string Size(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < Units.Length - 1; unit++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    /// <summary>The time between two points; empty while one of them is not known.</summary>
    public static string Duration(DateTimeOffset? from, DateTimeOffset? to) => from is { } start && to is { } end ? Duration(end - start) : "";

    /// <summary>A time span in its two largest units.</summary>
    public static string Duration(TimeSpan span)
    {
        if (span < TimeSpan.Zero) span = TimeSpan.Zero;
        FormattableString text = span switch
        {
            { TotalSeconds: < 60 } => $"{span.TotalSeconds:0.0} s",
            { TotalMinutes: < 60 } => $"{span.Minutes} min {span.Seconds} s",
            { TotalHours: < 24 } => $"{span.Hours} h {span.Minutes} min",
            _ => $"{(int)span.TotalDays} d {span.Hours} h",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>An image, and its digest where it was named by a tag.</summary>
    public static string Image(string image, string? resolved) => resolved is null || resolved == image ? $"image {image}" : $"image {image}, which is {resolved}";

    /// <summary>The first line of a text, cut to a length that fits a table.</summary>
    public static string FirstLine(string text)
    {
        const int Longest = 200;
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        if (end >= 0) line = line[..end];
        return line.Length <= Longest ? line.ToString() : string.Concat(line[..Longest], "…");
    }

    /// <summary>The first characters of a commit or an ar-guid.</summary>
    public static string Short(string hash, int length) => hash.Length <= length ? hash : hash[..length];
}
