using System;

namespace AnalysisRunner.Toml;

/// <summary>
/// A growing list of structs in pieces: growing copies nothing, and no piece is large enough for the large object heap, whose collections would
/// cost the host (a compiler, a server) more than reading does.
/// </summary>
internal struct ChunkedList<T>
    where T : struct
{
    private const int Bits = 10;
    private const int Size = 1 << Bits;

    private T[][] _chunks;

    /// <summary>A list that expects to hold some number of items; the estimate matters only while it is small.</summary>
    public ChunkedList(int expected)
    {
        _chunks = new T[Math.Max(1, (expected >> Bits) + 1)][];
        _chunks[0] = new T[Math.Max(8, Math.Min(expected, Size))];
        Count = 0;
    }

    public int Count { get; private set; }

    public readonly ref T this[int index] => ref _chunks[index >> Bits][index & (Size - 1)];

    public int Add(in T item)
    {
        var chunk = Count >> Bits;
        var index = Count & (Size - 1);
        if (chunk == 0)
        {
            if (index == _chunks[0].Length) Array.Resize(ref _chunks[0], Math.Min(index * 2, Size));
        }
        else if (index == 0)
        {
            AddChunk(chunk);
        }

        _chunks[chunk][index] = item;
        return Count++;
    }

    private void AddChunk(int chunk)
    {
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, chunk * 2);
#if NET
        _chunks[chunk] = GC.AllocateUninitializedArray<T>(Size);
#else
        _chunks[chunk] = new T[Size];
#endif
    }
}
