using System;

namespace AnalysisRunner.Toml;

/// <summary>Something cannot be written, or an edit is impossible.</summary>
public sealed class TomlWriteException : Exception
{
    /// <summary>A refusal with its code.</summary>
    public TomlWriteException(string code, string message)
        : base(message) => Code = code;

    /// <summary>The stable code, one of <see cref="TomlCodes"/>.</summary>
    public string Code { get; }
}
