using System.Text.Json.Serialization;

namespace AnalysisRunner.Contracts;

/// <summary>What a run may touch. The wire form is the lower-case name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessLevel>))]
public enum AccessLevel
{
    /// <summary>Reads and writes test data only; any committed code.</summary>
    [JsonStringEnumMemberName("test")]
    Test,

    /// <summary>Creates in main, overwrites and deletes nothing; reviewed code only.</summary>
    [JsonStringEnumMemberName("standard")]
    Standard,

    /// <summary>Everything of its dataset; reviewed code only, and confirmed.</summary>
    [JsonStringEnumMemberName("full")]
    Full,
}

/// <summary>The names that go with an access level.</summary>
public static class AccessLevelNames
{
    /// <summary>The lower-case name used on the wire, in config and on the command line.</summary>
    public static string ToName(this AccessLevel level) => level switch
    {
        AccessLevel.Test => "test",
        AccessLevel.Standard => "standard",
        AccessLevel.Full => "full",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "not an access level"),
    };

    /// <summary>The namespace of the data: <c>test</c> for level test, otherwise <c>main</c>.</summary>
    public static string Namespace(this AccessLevel level) => level == AccessLevel.Test ? "test" : "main";

    /// <summary>Whether only code on the default branch may run at this level.</summary>
    public static bool NeedsReviewedCode(this AccessLevel level) => level != AccessLevel.Test;

    /// <summary>Reads the lower-case name; other spellings are refused, because the level decides what a run may touch.</summary>
    public static bool TryParse(string? name, out AccessLevel level)
    {
        (var found, level) = name switch
        {
            "test" => (true, AccessLevel.Test),
            "standard" => (true, AccessLevel.Standard),
            "full" => (true, AccessLevel.Full),
            _ => (false, default),
        };
        return found;
    }
}
