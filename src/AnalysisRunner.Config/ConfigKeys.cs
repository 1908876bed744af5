namespace AnalysisRunner.Config;

/// <summary>The dotted form of keys, as TOML writes it: bare where possible, quoted otherwise.</summary>
internal static class ConfigKeys
{
    internal static string Join(string parent, string key) => parent.Length == 0 ? Quote(key) : parent + "." + Quote(key);

    internal static string Item(string parent, int index) =>
        parent + "[" + index.ToString(System.Globalization.CultureInfo.InvariantCulture) + "]";

    internal static string Quote(string key)
    {
        foreach (var c in key)
            if (!IsBare(c)) return "\"" + key.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
        return key.Length == 0 ? "\"\"" : key;
    }

    private static bool IsBare(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-';
}
