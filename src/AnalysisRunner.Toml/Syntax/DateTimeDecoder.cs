using System;

namespace AnalysisRunner.Toml;

/// <summary>Reads the four date-time forms; used both to check and to decode.</summary>
internal static class DateTimeDecoder
{
    /// <summary>Checks a token that looks like a date or time; <paramref name="fault"/> says what is wrong with it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out TomlKind kind, out bool hasSeconds, out string? fault)
    {
        kind = TomlKind.LocalTime;
        hasSeconds = true;
        if (text.Length > 4 && text[4] == '-')
        {
            kind = TomlKind.LocalDate;
            if (!TryDate(text, out _, out fault)) return false;
            text = text.Slice(10);
            if (text.Length == 0) return true;
            if (text[0] is not ((byte)'T' or (byte)'t' or (byte)' ')) return Fault("has something after the day", out fault);
            kind = TomlKind.LocalDateTime;
            text = text.Slice(1);
        }

        if (!TryTime(text, out var time, out var used, out fault)) return false;
        hasSeconds = time.HasSeconds;
        text = text.Slice(used);
        if (text.Length == 0) return true;
        if (kind == TomlKind.LocalTime) return Fault("has something after the time", out fault);
        kind = TomlKind.OffsetDateTime;
        return TryOffset(text, out _, out fault);
    }

    public static TomlLocalDate Date(ReadOnlySpan<byte> raw) => TryDate(raw, out var date, out _) ? date : default;

    public static TomlLocalTime Time(ReadOnlySpan<byte> raw, out int used) => TryTime(raw, out var time, out used, out _) ? time : default;

    public static TomlLocalDateTime LocalDateTime(ReadOnlySpan<byte> raw) =>
        new TomlLocalDateTime(Date(raw), Time(raw.Slice(11), out _));

    public static TomlOffsetDateTime OffsetDateTime(ReadOnlySpan<byte> raw)
    {
        var local = new TomlLocalDateTime(Date(raw), Time(raw.Slice(11), out var used));
        return new TomlOffsetDateTime(local, TryOffset(raw.Slice(11 + used), out var minutes, out _) ? minutes : 0);
    }

    private static bool TryDate(ReadOnlySpan<byte> text, out TomlLocalDate date, out string? fault)
    {
        date = default;
        if (text.Length < 10 || text[7] != '-' || !TryDigits(text, 0, 4, out var year) || !TryDigits(text, 5, 2, out var month)
            || !TryDigits(text, 8, 2, out var day))
        {
            return Fault("is not of the form '1979-05-27'", out fault);
        }

        if (!TomlLocalDate.Exists(year, month, day)) return Fault("is a date that does not exist", out fault);
        date = new TomlLocalDate(year, month, day);
        fault = null;
        return true;
    }

    private static bool TryTime(ReadOnlySpan<byte> text, out TomlLocalTime time, out int used, out string? fault)
    {
        time = default;
        used = 5;
        if (text.Length < 5 || text[2] != ':' || !TryDigits(text, 0, 2, out var hour) || !TryDigits(text, 3, 2, out var minute))
        {
            return Fault("has a time that is not of the form '07:32:00'", out fault);
        }

        var second = 0;
        var nanosecond = 0;
        var hasSeconds = text.Length > 5 && text[5] == ':';
        if (hasSeconds)
        {
            if (!TryDigits(text, 6, 2, out second)) return Fault("has a time that is not of the form '07:32:00'", out fault);
            used = 8;
            if (text.Length > 8 && text[8] == '.')
            {
                used = 9;
                var scale = 100_000_000;
                for (; used < text.Length && CharClass.IsDigit(text[used]); used++, scale /= 10) nanosecond += (text[used] - '0') * scale;
                if (used == 9) return Fault("has a decimal point without digits", out fault);
            }
        }

        if (hour > 23) return Fault("has an hour above 23", out fault);
        if (minute > 59) return Fault("has a minute above 59", out fault);
        if (second > 59) return Fault("has a second above 59; leap seconds cannot be held", out fault);
        time = new TomlLocalTime(hour, minute, second, nanosecond, hasSeconds);
        fault = null;
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes, out string? fault)
    {
        minutes = 0;
        fault = null;
        if (text.Length == 1 && text[0] is (byte)'Z' or (byte)'z') return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':' || !TryDigits(text, 1, 2, out var hour)
            || !TryDigits(text, 4, 2, out var minute))
        {
            return Fault("has an offset that is neither 'Z' nor of the form '+02:00'", out fault);
        }

        if (hour > 23 || minute > 59) return Fault("has an offset above 23:59", out fault);
        minutes = ((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        if (start + count > text.Length) return false;
        for (var i = start; i < start + count; i++)
        {
            if (!CharClass.IsDigit(text[i])) return false;
            value = (value * 10) + (text[i] - '0');
        }

        return true;
    }

    private static bool Fault(string text, out string? fault)
    {
        fault = text;
        return false;
    }
}
