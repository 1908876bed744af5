namespace AnalysisRunner.Config;

/// <summary>
/// Which of .NET's regular expressions mean the same in ECMAScript's dialect, which JSON Schema uses, and in the engines of TOML editors. A pattern that an
/// editor cannot read costs it the whole schema, so in doubt the answer is no.
/// </summary>
internal static class PortablePattern
{
    private const string Escapes = "dDwWsSbBtnrfv.\\/|()[]{}^$*+?";

    internal static bool IsPortable(string pattern)
    {
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var next = i + 1 < pattern.Length ? pattern[i + 1] : '\0';
            switch (pattern[i])
            {
                case '\\':
                    if (!IsEscape(pattern, i + 1, inClass)) return false;
                    i++;
                    break;
                // .NET subtracts classes: [a-z-[aeiou]]. Elsewhere a bracket in brackets stands for itself, or begins a nested class.
                case '[' when inClass:
                    return false;
                case '[':
                    inClass = true;
                    // A closing bracket at the start is a character in .NET, and ends an empty class in ECMAScript.
                    if (next == '^') i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == ']') return false;
                    break;
                case ']' when inClass:
                    inClass = false;
                    break;
                // Set operators of other engines.
                case '&' or '~' or '-' when inClass && next == pattern[i]:
                    return false;
                case '(' when !inClass && next == '?' && !IsGroup(pattern, i + 2):
                    return false;
                // Unescaped braces that are no quantifier are characters in .NET and a mistake elsewhere.
                case '{' when !inClass && !IsQuantifier(pattern, i):
                    return false;
                case '{' when !inClass:
                    i = pattern.IndexOf('}', i);
                    break;
                case '}' or ']' when !inClass:
                    return false;
            }
        }
        return true;
    }

    private static bool IsEscape(string pattern, int at, bool inClass) => at < pattern.Length && pattern[at] switch
    {
        'x' => true,
        '-' => inClass,
        'b' or 'B' => !inClass,
        var c => Escapes.IndexOf(c) >= 0,
    };

    // (?:…), (?=…), (?!…): lookbehinds, named groups, options, atomic groups and comments differ or are unknown elsewhere.
    private static bool IsGroup(string pattern, int at) => at < pattern.Length && pattern[at] is ':' or '=' or '!';

    private static bool IsQuantifier(string pattern, int open)
    {
        var i = open + 1;
        while (i < pattern.Length && (pattern[i] is >= '0' and <= '9' || (pattern[i] == ',' && i > open + 1))) i++;
        return i > open + 1 && i < pattern.Length && pattern[i] == '}';
    }
}
