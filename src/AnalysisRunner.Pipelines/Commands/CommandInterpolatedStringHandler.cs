using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// Keeps the pieces of an interpolated command apart, so that <see cref="Job.Command"/> knows what its author wrote and what is a value. There is no
/// overload for plain strings: a string put together elsewhere has lost that difference.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[InterpolatedStringHandler]
public readonly struct CommandInterpolatedStringHandler
{
    private readonly List<CommandPiece>? _pieces;

    /// <summary>Called by the compiler.</summary>
    public CommandInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        _ = literalLength;
        _pieces = new List<CommandPiece>((formattedCount * 2) + 1);
    }

    internal ReadOnlySpan<CommandPiece> Pieces => CollectionsMarshal.AsSpan(_pieces);

    /// <summary>Called by the compiler for the text between holes.</summary>
    public void AppendLiteral(string value) => _pieces?.Add(new CommandPiece(value, IsHole: false));

    /// <summary>Called by the compiler for a hole.</summary>
    public void AppendFormatted<T>(T value) => _pieces?.Add(new CommandPiece(value, IsHole: true));

    /// <summary>Called by the compiler for a hole with a format, which is applied with the invariant culture.</summary>
    public void AppendFormatted<T>(T value, string? format) => _pieces?.Add(new CommandPiece(value, IsHole: true, format));
}

/// <summary>A piece of a command: text as written, or the value of a hole.</summary>
internal readonly record struct CommandPiece(object? Value, bool IsHole, string? Format = null);
