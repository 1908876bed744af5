using System.Diagnostics.CodeAnalysis;

namespace AnalysisRunner.Toml;

/// <summary>The edition of the TOML specification that a document is judged by.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "The underscore is the point of a version number.")]
public enum TomlVersion
{
    /// <summary>TOML 1.0.0: no newlines or trailing comma in inline tables, no <c>\e</c> and <c>\x</c> escapes, seconds required.</summary>
    V1_0,

    /// <summary>TOML 1.1.0, which reads every 1.0 document.</summary>
    V1_1,
}
