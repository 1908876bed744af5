using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines;

/// <summary>Where files come from and go to outside of a batch: absolute local paths, <c>gs://</c> and <c>s3://</c>.</summary>
internal static class Destination
{
    /// <summary>Reads the place of a file; relative local paths are below the current folder, <c>~</c> is the user's.</summary>
    /// <param name="text">What the pipeline code says.</param>
    /// <param name="mayBeFolder">Whether a slash at the end is allowed (and dropped).</param>
    /// <param name="at">The line that says it.</param>
    public static string Read(string text, bool mayBeFolder, CodeLine at)
    {
        var fault = text switch
        {
            null or "" => "is empty",
            _ when OneLine.HasControls(text) => "has control characters",
            _ when !mayBeFolder && text.EndsWith('/') => "names a folder; give the name of the file, too",
            _ => null,
        };
        if (fault is not null) throw Fault(text, fault, at);
        var trimmed = text!.TrimEnd('/') is { Length: > 0 } some ? some : "/";
        if (trimmed.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0)
        {
            return trimmed[..scheme] switch
            {
                "gs" or "s3" when IsObject(trimmed[(scheme + 3)..]) => trimmed,
                "gs" or "s3" => throw Fault(text, "is not a bucket and the name of an object, as in gs://bucket/folder/file", at),
                _ => throw Fault(text, "has a scheme that is not supported; give a path, gs:// or s3://", at),
            };
        }
        if (trimmed is "~" or ['~', '/', ..])
            trimmed = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + trimmed[1..];
        return Path.GetFullPath(trimmed);
    }

    /// <summary>The last name of a path or URL.</summary>
    public static string FileName(string path) =>
        path.Contains("://", StringComparison.Ordinal) ? path[(path.LastIndexOf('/') + 1)..] : Path.GetFileName(path);

    private static bool IsObject(string path) => path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && slash < path.Length - 1;

    private static AnalysisRunnerException Fault(string? text, string fault, CodeLine at) =>
        at.Fault(PipelineCodes.PlaceMalformed, $"\"{text}\" is no place of a file: it {fault}.");
}
