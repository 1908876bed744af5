namespace AnalysisRunner.Generators;

/// <summary>What a diagnostic carries for the fix beside its message.</summary>
internal static class FixProperties
{
    /// <summary>AR5003: the generated class that types the key, with its namespace. Absent where the keys lead into a value.</summary>
    internal const string Class = "class";

    /// <summary>AR5003: the properties that lead to the value, with dots between them.</summary>
    internal const string Members = "members";
}
