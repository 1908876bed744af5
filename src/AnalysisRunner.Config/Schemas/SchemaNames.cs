using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace AnalysisRunner.Config;

/// <summary>How keys become C# names.</summary>
public static class SchemaNames
{
    // What every record already has, or may not have, and what the generator adds.
    private static readonly HashSet<string> TakenMembers = new(StringComparer.Ordinal)
    {
        "Clone", "Deconstruct", "EqualityContract", "Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone",
        "PrintMembers", "Read", "ReferenceEquals", "ToString",
    };

    // What the generator adds to the root alone.
    private static readonly HashSet<string> TakenInRoot = new(StringComparer.Ordinal) { "Load", "Parse" };

    /// <summary>The class that the generator adds to every project with a schema.</summary>
    internal const string SchemaHolder = "ProjectConfigSchema";

    /// <summary>
    /// The property for a key: the words of the key with capitals, <c>output_prefix</c> and <c>output-prefix</c> both giving
    /// <c>OutputPrefix</c>; a name that would clash with a member of every record gets the suffix <c>Value</c>.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="inRoot">Whether the key stands at the top, where <c>Load</c> and <c>Parse</c> are taken as well.</param>
    public static string Member(string key, bool inRoot = false)
    {
        var name = Pascal(key);
        return TakenMembers.Contains(name) || (inRoot && TakenInRoot.Contains(name)) ? name + "Value" : name;
    }

    /// <summary>The words of a text with capitals, as a valid C# identifier.</summary>
    public static string Pascal(string text)
    {
        if (text is null) throw new ArgumentNullException(nameof(text));
        var name = new StringBuilder(text.Length);
        var startsWord = true;
        foreach (var c in text)
        {
            if (!IsPart(c) || c == '_')
            {
                startsWord = true;
                continue;
            }
            // Between two digits a separator carries meaning: v1_2 and v12 are different keys.
            if (startsWord && name.Length > 0 && char.IsDigit(c) && char.IsDigit(name[name.Length - 1])) name.Append('_');
            name.Append(startsWord ? char.ToUpperInvariant(c) : c);
            startsWord = false;
        }
        if (name.Length == 0) return "Key";
        if (!IsStart(name[0])) name.Insert(0, '_');
        return name.ToString();
    }

    /// <summary>Whether a text is a C# identifier, keywords included.</summary>
    public static bool IsIdentifier(string text)
    {
        if (text is null || text.Length == 0 || !(IsStart(text[0]) || text[0] == '_')) return false;
        foreach (var c in text)
            if (!IsPart(c)) return false;
        return true;
    }

    private static bool IsStart(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter
        or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber;

    private static bool IsPart(char c) => IsStart(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;
}
