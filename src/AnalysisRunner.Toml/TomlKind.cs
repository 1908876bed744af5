namespace AnalysisRunner.Toml;

/// <summary>What a TOML value is.</summary>
public enum TomlKind
{
    /// <summary>A string of any of the four quotings.</summary>
    String,

    /// <summary>A signed 64-bit integer.</summary>
    Integer,

    /// <summary>An IEEE 754 double, infinities and NaN included.</summary>
    Float,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A date and time with an offset from UTC.</summary>
    OffsetDateTime,

    /// <summary>A date and time without an offset.</summary>
    LocalDateTime,

    /// <summary>A date.</summary>
    LocalDate,

    /// <summary>A time of day.</summary>
    LocalTime,

    /// <summary>An array, an array of tables included.</summary>
    Array,

    /// <summary>A table, an inline table included.</summary>
    Table,
}
