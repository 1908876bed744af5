using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AnalysisRunner.Pipelines;

/// <summary>
/// Keeps the pieces of an interpolated command apart, so that <see cref="Job.Command"/> knows what its author wrote and what is a value. There is no
/// overload for plain strings: a string put together elsewhere has lost that difference.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[InterpolatedStringHandler]
public struct CommandInterpolatedStringHandler
{
    private CommandPiece[]? _pieces;
    private int _count;

    /// <summary>Called by the compiler.</summary>
    public CommandInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        _ = literalLength;
        // The compiler puts adjoining text together, so that this is all there can be.
        _pieces = new CommandPiece[(formattedCount * 2) + 1];
    }

    internal readonly ReadOnlySpan<CommandPiece> Pieces => _pieces.AsSpan(0, _count);

    /// <summary>Called by the compiler for the text between holes.</summary>
    public void AppendLiteral(string value) => Add(new CommandPiece(value, IsHole: false));

    /// <summary>Called by the compiler for a hole.</summary>
    public void AppendFormatted<T>(T value) => Add(new CommandPiece(value, IsHole: true));

    /// <summary>Called by the compiler for a hole with a format, which is applied with the invariant culture.</summary>
    public void AppendFormatted<T>(T value, string? format) => Add(new CommandPiece(value, IsHole: true, format));

    private void Add(CommandPiece piece)
    {
        if (_pieces is null) return;
        if (_count == _pieces.Length) Array.Resize(ref _pieces, _count * 2);
        _pieces[_count++] = piece;
    }
}

/// <summary>A piece of a command: text as written, or the value of a hole.</summary>
internal readonly record struct CommandPiece(object? Value, bool IsHole, string? Format = null);
