using System.Collections.Concurrent;

namespace AnalysisRunner.Storage.Transfers;

/// <summary>Buffers of one size that uploads use again and again, so that a long stream makes no garbage.</summary>
internal sealed class PartBuffers(int size, int kept)
{
    private readonly ConcurrentBag<byte[]> _free = [];

    internal int Size => size;

    internal byte[] Rent() => _free.TryTake(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(size);

    internal void Return(byte[] buffer)
    {
        if (_free.Count < kept) _free.Add(buffer);
    }
}
