using AnalysisRunner.Config;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Pipelines.Configuration;

/// <summary>Reads what a key holds as the C# type that code asks for.</summary>
internal static class NodeConversion
{
    // Each gives null where the value has another type; what has the type but no place in it is refused at once.
    private static readonly Dictionary<Type, (string Name, Func<ConfigNode, TomlValue, object?> Convert)> Types = new()
    {
        [typeof(string)] = ("a string", (_, value) => value.Kind == TomlKind.String ? value.AsString() : null),
        [typeof(bool)] = ("a boolean", (_, value) => value.Kind == TomlKind.Boolean ? value.AsBoolean() : null),
        [typeof(long)] = ("an integer", (_, value) => Integer(value)),
        [typeof(int)] = ("an integer", (node, value) => Integer32(node, value)),
        [typeof(double)] = ("a number", (_, value) => Number(value)),
        [typeof(DateTimeOffset)] = ("a date-time with offset", (node, value) => Moment(node, value)),
        [typeof(DateOnly)] = ("a date", (node, value) => Date(node, value)),
        [typeof(TimeOnly)] = ("a time", (_, value) => Time(value)),
        [typeof(TimeSpan)] = ("a duration, a string such as \"1h30m\"", (node, value) => Duration(node, value)),
        [typeof(IReadOnlyList<string>)] = ("an array of strings", (_, value) => Items(value, item => item.Kind == TomlKind.String ? item.AsString() : null)),
        [typeof(IReadOnlyList<long>)] = ("an array of integers", (_, value) => Items(value, Integer)),
        [typeof(IReadOnlyList<double>)] = ("an array of numbers", (_, value) => Items(value, Number)),
    };

    /// <summary>Refuses a type that no value can be read as, also where the key is absent.</summary>
    public static void EnsureKnown<T>()
    {
        if (typeof(T) != typeof(ConfigNode) && !Types.ContainsKey(Bare<T>()))
            throw new ArgumentException($"A config value cannot be read as {typeof(T)}. Read a ConfigNode and convert it, or give the key a schema.");
    }

    /// <summary>Reads the value.</summary>
    /// <exception cref="ConfigException">It is something else.</exception>
    public static T To<T>(ConfigNode node)
    {
        EnsureKnown<T>();
        if (node is T same) return same;
        var (name, convert) = Types[Bare<T>()];
        return !node.IsTable && convert(node, node.Value) is { } value
            ? (T)value
            : throw Refused(node, ConfigCodes.WrongType, $"\"{node.Path}\" is {(node.IsTable ? "a table" : ConfigText.Describe(node.Value))}; the code reads it as {name}. Correct the value, or read another type.");
    }

    private static Type Bare<T>() => Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);

    private static long? Integer(TomlValue value) => value.Kind == TomlKind.Integer ? value.AsInteger() : null;

    private static double? Number(TomlValue value) => value.Kind is TomlKind.Integer or TomlKind.Float ? Numbers.AsDouble(value) : null;

    private static int? Integer32(ConfigNode node, TomlValue value) => Integer(value) switch
    {
        null => null,
        >= int.MinValue and <= int.MaxValue and var found => (int)found,
        var found => throw Refused(node, ConfigCodes.OutOfRange,
            $"\"{node.Path}\" is the integer \"{found}\", which does not fit in 32 bits; the code reads it as int. Correct the value, or read a long."),
    };

    private static DateTimeOffset? Moment(ConfigNode node, TomlValue value) =>
        value.Kind != TomlKind.OffsetDateTime ? null
        : DateTimeValues.Fits(value) ? DateTimeValues.ToDateTimeOffset(value.AsOffsetDateTime())
        : throw Malformed(node, value, "a moment between the years 1 and 9999 with an offset of at most 14 hours");

    private static DateOnly? Date(ConfigNode node, TomlValue value)
    {
        if (value.Kind != TomlKind.LocalDate) return null;
        var date = value.AsLocalDate();
        return date.Year > 0 ? new DateOnly(date.Year, date.Month, date.Day) : throw Malformed(node, value, "a date from the year 1 on");
    }

    private static TimeOnly? Time(TomlValue value) =>
        value.Kind == TomlKind.LocalTime ? new TimeOnly(DateTimeValues.Ticks(value.AsLocalTime())) : null;

    private static TimeSpan? Duration(ConfigNode node, TomlValue value) =>
        value.Kind != TomlKind.String ? null
        : DurationText.TryParse(value.AsString(), out var duration) ? duration
        : throw Malformed(node, value, "a duration such as \"1h30m\"");

    private static List<T>? Items<T>(TomlValue value, Func<TomlValue, T?> convert) where T : struct => Items(value, item => (object?)convert(item))?.ConvertAll(item => (T)item);

    private static List<string>? Items(TomlValue value, Func<TomlValue, string?> convert) => Items(value, item => (object?)convert(item))?.ConvertAll(item => (string)item);

    private static List<object>? Items(TomlValue value, Func<TomlValue, object?> convert)
    {
        if (value.Kind != TomlKind.Array) return null;
        var items = new List<object>();
        foreach (var item in value.AsArray())
        {
            if (convert(item) is not { } converted) return null;
            items.Add(converted);
        }
        return items;
    }

    private static ConfigException Malformed(ConfigNode node, TomlValue value, string wanted) =>
        Refused(node, ConfigCodes.MalformedText, $"\"{node.Path}\" is {ConfigText.Describe(value)}; the code reads it as {wanted}. Correct the value.");

    private static ConfigException Refused(ConfigNode node, string code, string message) =>
        new([new ConfigProblem(code, message, node.Path, node.Place.File, node.IsTable ? node.Place.Span : node.Value.Span)]);
}
