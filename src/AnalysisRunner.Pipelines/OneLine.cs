namespace AnalysisRunner.Pipelines;

/// <summary>What names and places are made of.</summary>
internal static class OneLine
{
    /// <summary>Whether a text has characters that break a line or steer a terminal.</summary>
    public static bool HasControls(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\0', '\u001f') >= 0 || text.IndexOfAnyInRange('\u007f', '\u009f') >= 0;
}
