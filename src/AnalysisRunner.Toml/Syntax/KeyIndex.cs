using System;

namespace AnalysisRunner.Toml;

/// <summary>
/// One open-addressed hash table for the keys of all large tables of a document. Keyed by table and key; the hash (Marvin) is seeded per
/// process, so that a document cannot be made to collide.
/// </summary>
internal sealed class KeyIndex
{
    private static readonly ulong Seed = NewSeed();

    private Slot[] _slots = new Slot[64];
    private int _count;

    public static uint Hash(int table, ReadOnlySpan<byte> key)
    {
        var p0 = (uint)Seed ^ (uint)table;
        var p1 = (uint)(Seed >> 32);
        var i = 0;
        unchecked
        {
            for (; i + 4 <= key.Length; i += 4)
            {
                p0 += key[i] | ((uint)key[i + 1] << 8) | ((uint)key[i + 2] << 16) | ((uint)key[i + 3] << 24);
                Mix(ref p0, ref p1);
            }

            var tail = 0x80u;
            for (var j = key.Length - 1; j >= i; j--) tail = (tail << 8) | key[j];
            p0 += tail;
            Mix(ref p0, ref p1);
            Mix(ref p0, ref p1);
        }

        return p0 ^ p1;
    }

    /// <summary>Adds a key that is known to be absent.</summary>
    public void Add(uint hash, int table, int node)
    {
        if (_count * 2 >= _slots.Length) Grow();
        Put(_slots, new Slot { Hash = hash, Table = table, Node = node });
        _count++;
    }

    public int Find(TomlTree tree, uint hash, int table, ReadOnlySpan<byte> key)
    {
        var mask = _slots.Length - 1;
        for (var i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (slot.Node == 0) return 0;
            if (slot.Hash == hash && slot.Table == table && tree.KeyBytes(slot.Node).SequenceEqual(key)) return slot.Node;
        }
    }

    private static void Put(Slot[] slots, Slot slot)
    {
        var mask = slots.Length - 1;
        var i = (int)slot.Hash & mask;
        while (slots[i].Node != 0) i = (i + 1) & mask;
        slots[i] = slot;
    }

    private void Grow()
    {
        var slots = new Slot[_slots.Length * 2];
        foreach (var slot in _slots)
        {
            if (slot.Node != 0) Put(slots, slot);
        }

        _slots = slots;
    }

    private static void Mix(ref uint p0, ref uint p1)
    {
        unchecked
        {
            p1 ^= p0;
            p0 = Rotate(p0, 20);
            p0 += p1;
            p1 = Rotate(p1, 9);
            p1 ^= p0;
            p0 = Rotate(p0, 27);
            p0 += p1;
            p1 = Rotate(p1, 19);
        }
    }

    private static uint Rotate(uint value, int bits) => (value << bits) | (value >> (32 - bits));

    private static ulong NewSeed()
    {
        var bytes = Guid.NewGuid().ToByteArray();
        return BitConverter.ToUInt64(bytes, 0) ^ (BitConverter.ToUInt64(bytes, 8) * 0x9E3779B97F4A7C15UL);
    }

    private struct Slot
    {
        public uint Hash;
        public int Table;
        public int Node;
    }
}
