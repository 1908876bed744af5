using System;
using System.Buffers;

namespace AnalysisRunner.Toml;

/// <summary>
/// A growing list of structs in pieces: growing copies nothing. The pieces of usual documents stay out of the large object heap, whose collections
/// would cost the host (a compiler, a server) more than reading does. Those of huge ones are rented: asking the operating system for a hundred
/// megabytes takes as long as filling them.
/// </summary>
internal struct ChunkedList<T>
    where T : struct
{
    private const int SmallBits = 10;
    private const int LargeBits = 17;
    private const int ManyItems = 1 << 17;

    private readonly int _bits;
    private T[][] _chunks;

    /// <summary>A list that expects to hold some number of items; the estimate matters only while it is small.</summary>
    public ChunkedList(int expected)
    {
        _bits = expected < ManyItems ? SmallBits : LargeBits;
        _chunks = new T[(expected >> _bits) + 1][];
        _chunks[0] = _bits == LargeBits ? Rent() : new T[Math.Max(8, Math.Min(expected, 1 << _bits))];
        Count = 0;
    }

    public int Count { get; private set; }

    public readonly ref T this[int index] => ref _chunks[index >> _bits][index & ((1 << _bits) - 1)];

    public int Add(in T item)
    {
        var chunk = Count >> _bits;
        var index = Count & ((1 << _bits) - 1);
        if (chunk == 0)
        {
            if (index == _chunks[0].Length) Array.Resize(ref _chunks[0], Math.Min(index * 2, 1 << _bits));
        }
        else if (index == 0)
        {
            AddChunk(chunk);
        }

        _chunks[chunk][index] = item;
        return Count++;
    }

    /// <summary>Gives what was rented back. Nothing may use the list afterwards.</summary>
    public readonly void Return()
    {
        if (_bits != LargeBits) return;
        foreach (var chunk in _chunks)
        {
            if (chunk is not null) ArrayPool<T>.Shared.Return(chunk);
        }
    }

    // Every item is written as a whole before it is read, so what others left in an array does not matter.
    private static T[] Rent() => ArrayPool<T>.Shared.Rent(1 << LargeBits);

    private void AddChunk(int chunk)
    {
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, chunk * 2);
        _chunks[chunk] = _bits == LargeBits ? Rent() : new T[1 << SmallBits];
    }
}
