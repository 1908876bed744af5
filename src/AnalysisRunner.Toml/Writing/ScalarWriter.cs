using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace AnalysisRunner.Toml;

/// <summary>Writes keys and plain values, and knows what the Python readers cannot hold.</summary>
internal sealed class ScalarWriter
{
    private readonly bool _portable;

    public ScalarWriter(TomlDialect dialect) => _portable = dialect == TomlDialect.Portable;

    public string Key(string key, bool inHeader)
    {
        if (IsBare(key)) return key;
        if (_portable) PortableRules.CheckKey(key, inHeader);
        return Basic(key);
    }

    public string Value(object value) => value switch
    {
        string text => Text(text),
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Float(number),
        _ => DateTime(value),
    };

    public void CheckArray(List<object> list, bool nested)
    {
        if (_portable) PortableRules.CheckArray(list, nested);
    }

    public void CheckInlineTable()
    {
        if (_portable) PortableRules.RefuseInlineTable();
    }

    private static bool IsBare(string key)
    {
        foreach (var c in key)
        {
            if (c > 0x7F || (CharClass.Table[c] & CharClass.BareKey) == 0) return false;
        }

        return key.Length > 0;
    }

    private static string Float(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        // .NET writes 1E+16 and 1E-05 where TOML readers of old want a point and a small e.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (value == 0 && BitConverter.DoubleToInt64Bits(value) < 0) text = "-0";
        var point = text.AsSpan().IndexOf('.') >= 0;
        if (text.AsSpan().IndexOf('E') >= 0) return text.Replace("E", point ? "e" : ".0e");
        return point ? text : text + ".0";
    }

    private static string Basic(string text)
    {
        var builder = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    throw new TomlWriteException(TomlCodes.TextNotWritable, $"Its text has the lone surrogate 'U+{(int)c:X4}', which UTF-8 cannot hold. Remove it.");
                }

                builder.Append(c).Append(text[++i]);
                continue;
            }

            _ = c switch
            {
                '"' => builder.Append("\\\""),
                '\\' => builder.Append("\\\\"),
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append("\\t"),
                '\b' => builder.Append("\\b"),
                '\f' => builder.Append("\\f"),
                < ' ' or '\x7F' => builder.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture)),
                _ => builder.Append(c),
            };
        }

        return builder.Append('"').ToString();
    }

    private string Text(string text)
    {
        if (_portable) PortableRules.CheckText(text);
        return Basic(text);
    }

    private string DateTime(object value)
    {
        if (!_portable) return value.ToString()!;
        PortableRules.CheckDateTime(value);
        // Python's toml takes the fraction of a lone time for a number of microseconds, however many digits it has.
        return value is TomlLocalTime { Nanosecond: not 0 } time
            ? string.Format(CultureInfo.InvariantCulture, "{0:D2}:{1:D2}:{2:D2}.{3:D6}", time.Hour, time.Minute, time.Second, time.Nanosecond / 1000)
            : value.ToString()!;
    }
}
