using System;

namespace AnalysisRunner.Toml;

/// <summary>How a document is read, and the limits that protect the reader from hostile input.</summary>
public sealed class TomlOptions
{
    /// <summary>The deepest nesting that <see cref="MaximumDepth"/> may allow.</summary>
    public const int DepthCeiling = 1000;

    private readonly int _maximumDepth = 128;
    private readonly long _maximumLength = 16 * 1024 * 1024;
    private readonly int _maximumErrors = 100;

    /// <summary>TOML 1.1, depth 128, 16 MiB, 100 errors.</summary>
    public static TomlOptions Default { get; } = new TomlOptions();

    /// <summary>The edition of the specification; 1.1 by default.</summary>
    public TomlVersion Version { get; init; } = TomlVersion.V1_1;

    /// <summary>How deep tables and arrays may nest, headers and dotted keys included; 1 to <see cref="DepthCeiling"/>, 128 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaximumDepth
    {
        get => _maximumDepth;
        init => _maximumDepth = value is > 0 and <= DepthCeiling ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>The longest document that is read, in bytes of UTF-8; 0 to 2,000,000,000, 16 MiB by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaximumLength
    {
        get => _maximumLength;
        init => _maximumLength = value is >= 0 and <= 2_000_000_000 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <summary>After how many errors reading stops; at least 1, 100 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaximumErrors
    {
        get => _maximumErrors;
        init => _maximumErrors = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }
}
