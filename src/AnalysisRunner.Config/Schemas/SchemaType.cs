using System.Collections.Generic;

namespace AnalysisRunner.Config;

/// <summary>The types that a schema can give to a key.</summary>
public enum SchemaType
{
    /// <summary>Text.</summary>
    String,

    /// <summary>A 64-bit signed integer.</summary>
    Integer,

    /// <summary>A 64-bit floating point number; integers are accepted.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>An instant: date, time and offset.</summary>
    DateTime,

    /// <summary>A day without time.</summary>
    Date,

    /// <summary>A time of day without date.</summary>
    Time,

    /// <summary>A length of time, written as text: <c>90s</c>, <c>1h30m</c>, <c>PT1H30M</c>.</summary>
    Duration,

    /// <summary>A path: local, <c>gs://</c> or <c>s3://</c>.</summary>
    Path,

    /// <summary>A list whose items all have one type.</summary>
    Array,

    /// <summary>A table with declared fields.</summary>
    Table,

    /// <summary>A table with free keys whose values all have one type.</summary>
    Map,
}

/// <summary>The names of the types in schema files.</summary>
internal static class SchemaTypeNames
{
    internal static readonly IReadOnlyList<string> All =
        ["string", "integer", "number", "boolean", "datetime", "date", "time", "duration", "path", "array", "table", "map"];

    internal static string NameOf(SchemaType type) => All[(int)type];

    internal static bool TryParse(string name, out SchemaType type)
    {
        for (var i = 0; i < All.Count; i++)
        {
            type = (SchemaType)i;
            if (All[i] == name) return true;
        }
        type = default;
        return false;
    }

    /// <summary>How messages call a value of this type.</summary>
    internal static string Described(SchemaType type) => type switch
    {
        SchemaType.String => "a string",
        SchemaType.Integer => "an integer",
        SchemaType.Number => "a number",
        SchemaType.Boolean => "true or false",
        SchemaType.DateTime => "a date-time with an offset, such as 2026-01-31T12:00:00Z",
        SchemaType.Date => "a date, such as 2026-01-31",
        SchemaType.Time => "a time, such as 12:30:00",
        SchemaType.Duration => "a duration as a string, such as \"1h30m\"",
        SchemaType.Path => "a path as a string",
        SchemaType.Array => "an array",
        _ => "a table",
    };
}
