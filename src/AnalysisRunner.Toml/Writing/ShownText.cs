namespace AnalysisRunner.Toml;

/// <summary>Texts of others in messages: in quotes, cut when long, without control characters that a log or terminal would obey.</summary>
internal static class ShownText
{
    private const int Longest = 60;

    public static string Quote(string text)
    {
        var cut = text.Length > Longest;
        var characters = text.ToCharArray(0, cut ? Longest : text.Length);
        for (var i = 0; i < characters.Length; i++)
        {
            if (char.IsControl(characters[i]) || char.IsSurrogate(characters[i])) characters[i] = '\uFFFD';
        }

        return "'" + new string(characters) + (cut ? "…'" : "'");
    }
}
