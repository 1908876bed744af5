using System.Text;

namespace AnalysisRunner.Generators;

/// <summary>Writes indented lines that end in <c>\n</c> on every machine.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    internal CodeWriter Line(string text = "")
    {
        if (text.Length > 0) _text.Append(' ', _depth * 4).Append(text);
        _text.Append('\n');
        return this;
    }

    internal CodeWriter Open()
    {
        Line("{");
        _depth++;
        return this;
    }

    internal CodeWriter Close(string suffix = "")
    {
        _depth--;
        return Line("}" + suffix);
    }

    /// <summary>Puts a semicolon at the end of the last line.</summary>
    internal void EndStatement() => _text.Insert(_text.Length - 1, ';');

    internal void Indent() => _depth++;

    internal void Outdent() => _depth--;

    /// <summary>A documentation element. The text comes from a schema: it is escaped, and nothing in it can end the comment.</summary>
    internal CodeWriter Doc(string element, string text, string attributes = "")
    {
        var lines = Escape(text).Split('\n');
        var open = "<" + element + attributes + ">";
        if (lines.Length == 1) return Line("/// " + open + lines[0] + "</" + element + ">");
        Line("/// " + open);
        foreach (var line in lines) Line("/// " + line.TrimEnd());
        return Line("/// </" + element + ">");
    }

    public override string ToString() => _text.ToString();

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text.Trim().Replace("\r\n", "\n"))
        {
            switch (c)
            {
                case '&': escaped.Append("&amp;"); break;
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                // All of these end a line for the compiler, and with it the comment.
                case '\n' or '\r' or '\u0085' or '\u2028' or '\u2029': escaped.Append('\n'); break;
                case '\t': escaped.Append(' '); break;
                default: escaped.Append(char.IsControl(c) || c is '\uFFFE' or '\uFFFF' ? '\uFFFD' : c); break;
            }
        }
        return escaped.ToString();
    }
}
