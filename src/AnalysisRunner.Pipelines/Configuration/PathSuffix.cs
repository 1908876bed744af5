using AnalysisRunner.Config;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines.Configuration;

/// <summary>What code puts below a place in storage. It never leads out of it.</summary>
internal static class PathSuffix
{
    /// <summary>Refuses a suffix that would leave the place it is put below.</summary>
    public static void Check(string suffix, CodeLine line)
    {
        ArgumentNullException.ThrowIfNull(suffix);
        var fault = suffix switch
        {
            _ when suffix.Any(c => char.IsControl(c) || c == '\\') => "has a control character or a backslash",
            _ when suffix.StartsWith('/') => "is absolute",
            _ when suffix.Contains("://", StringComparison.Ordinal) => "is a URL",
            // A browser takes "%2e" for a dot before it resolves an address.
            _ when suffix.Split('/', '?', '#').Any(name => name.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) == "..") => "leads upwards with \"..\"",
            _ => null,
        };
        if (fault is not null)
        {
            throw line.Fault(PipelineCodes.SuffixEscapes,
                $"{ConfigText.Quote(suffix)} cannot be put below a dataset's storage: it {fault}, so the path could lie elsewhere. Give a relative path.");
        }
    }

    /// <summary>Puts a suffix below a place, with one slash between; an empty suffix leaves the slash.</summary>
    public static string Join(string place, string suffix) => place.EndsWith('/') ? place + suffix : $"{place}/{suffix}";
}
