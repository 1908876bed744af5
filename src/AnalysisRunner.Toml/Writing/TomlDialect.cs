namespace AnalysisRunner.Toml;

/// <summary>Who must be able to read what is written.</summary>
public enum TomlDialect
{
    /// <summary>
    /// Python's <c>toml</c> 0.10.2 and <c>tomllib</c> read it back equal; what they cannot hold is refused. Any other reader of TOML 1.0 does, too.
    /// </summary>
    Portable,

    /// <summary>Any reader of TOML 1.0; every value of TOML 1.1 can be written.</summary>
    Full,
}
