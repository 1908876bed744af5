using System.Globalization;
using System.Text;

namespace AnalysisRunner.Config;

/// <summary>The dotted form of keys, as TOML writes it: bare where possible, quoted otherwise.</summary>
internal static class ConfigKeys
{
    internal static string Join(string parent, string key) => parent.Length == 0 ? Quote(key) : parent + "." + Quote(key);

    internal static string Item(string parent, int index) =>
        parent + "[" + index.ToString(CultureInfo.InvariantCulture) + "]";

    internal static string Quote(string key)
    {
        foreach (var c in key)
            if (!IsBare(c)) return Quoted(key);
        return key.Length == 0 ? "\"\"" : key;
    }

    private static string Quoted(string key)
    {
        var text = new StringBuilder("\"");
        foreach (var c in key)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029') text.Append("\\u")
                .Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else text.Append(c);
        }
        return text.Append('"').ToString();
    }

    private static bool IsBare(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-';
}
