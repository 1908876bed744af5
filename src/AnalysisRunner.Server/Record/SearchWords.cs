using System.Text;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>
/// Takes text apart into the words that the list is searched by: runs of letters and digits, in lower case. Made here and not by the database, so
/// that every database finds the same.
/// </summary>
internal static class SearchWords
{
    // A description has at most 10,000 characters; a command can be far larger, and its first words tell it.
    private const int MaximumWords = 2000;
    private const int MaximumLength = 64;

    /// <summary>The words of an invocation's description and command, each once, separated by spaces.</summary>
    public static string Of(Invocation invocation)
    {
        IEnumerable<string?> texts = [invocation.Description, invocation.Project, .. invocation.Script, .. invocation.Arguments];
        return string.Join(' ', texts.SelectMany(text => Split(text ?? "")).Distinct(StringComparer.Ordinal).Take(MaximumWords));
    }

    /// <summary>The words of a text, in their order.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder(MaximumLength);
        var letters = new char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                if (word.Length < MaximumLength) word.Append(letters, 0, Rune.ToLowerInvariant(rune).EncodeToUtf16(letters));
                continue;
            }
            if (word.Length == 0) continue;
            yield return word.ToString();
            word.Clear();
        }
        if (word.Length > 0) yield return word.ToString();
    }
}
