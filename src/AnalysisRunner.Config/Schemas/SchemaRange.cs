using System.Globalization;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config;

/// <summary>The bounds of an integer or number; each is null when there is none.</summary>
/// <param name="Minimum">The least value.</param>
/// <param name="Maximum">The greatest value.</param>
/// <param name="ExclusiveMinimum">What every value must exceed.</param>
/// <param name="ExclusiveMaximum">What every value must stay below.</param>
public sealed record SchemaRange(TomlValue? Minimum, TomlValue? Maximum, TomlValue? ExclusiveMinimum, TomlValue? ExclusiveMaximum)
{
    internal static readonly SchemaRange Everything = new(null, null, null, null);

    /// <summary>Whether a value lies within; a NaN lies within no bounded range.</summary>
    internal bool Contains(TomlValue value) =>
        (Minimum is not { } least || Numbers.Compare(value, least) >= 0)
        && (Maximum is not { } greatest || Numbers.Compare(value, greatest) <= 0)
        && (ExclusiveMinimum is not { } below || Numbers.Compare(value, below) > 0)
        && (ExclusiveMaximum is not { } above || Numbers.Compare(value, above) < 0);

    /// <summary>Whether no value at all can lie within.</summary>
    internal bool IsEmpty(bool integers)
    {
        if (Crossed(Minimum, Maximum, 1) || Crossed(ExclusiveMinimum, Maximum, 0) || Crossed(Minimum, ExclusiveMaximum, 0)) return true;
        if (ExclusiveMinimum is not { } low || ExclusiveMaximum is not { } high) return false;
        if (!integers || low.Kind != TomlKind.Integer || high.Kind != TomlKind.Integer) return Crossed(low, high, 0);
        // Between two neighbours there is no integer. The distance of two bounds may overflow; as unsigned it does not.
        return low.AsInteger() >= high.AsInteger() || (ulong)(high.AsInteger() - low.AsInteger()) < 2;
    }

    /// <summary>The bounds as words, such as <c>at least 1 and below 10</c>.</summary>
    internal string Described()
    {
        var text = "";
        void Add(string words, TomlValue? bound)
        {
            if (bound is { } value) text += (text.Length == 0 ? "" : " and ") + words + " " + Numbers.Text(value);
        }
        Add("at least", Minimum);
        Add("above", ExclusiveMinimum);
        Add("at most", Maximum);
        Add("below", ExclusiveMaximum);
        return text;
    }

    private static bool Crossed(TomlValue? low, TomlValue? high, int limit) =>
        low is { } least && high is { } greatest && Numbers.Compare(least, greatest) >= limit;
}

/// <summary>Integers and floats side by side.</summary>
internal static class Numbers
{
    internal static bool Is(TomlValue value) => value.Kind is TomlKind.Integer or TomlKind.Float;

    internal static double AsDouble(TomlValue value) => value.Kind == TomlKind.Integer ? value.AsInteger() : value.AsFloat();

    /// <summary>The order of two numbers, exact between integers; comparisons with a NaN answer as if it lay outside.</summary>
    internal static int? Compare(TomlValue left, TomlValue right)
    {
        if (left.Kind == TomlKind.Integer && right.Kind == TomlKind.Integer) return left.AsInteger().CompareTo(right.AsInteger());
        var (a, b) = (AsDouble(left), AsDouble(right));
        return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
    }

    internal static string Text(TomlValue value)
    {
        if (value.Kind == TomlKind.Integer) return value.AsInteger().ToString(CultureInfo.InvariantCulture);
        var number = value.AsFloat();
        if (double.IsNaN(number)) return "nan";
        if (double.IsInfinity(number)) return number > 0 ? "inf" : "-inf";
        return number.ToString("R", CultureInfo.InvariantCulture);
    }
}
