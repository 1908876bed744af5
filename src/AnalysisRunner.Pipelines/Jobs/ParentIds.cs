namespace AnalysisRunner.Pipelines;

/// <summary>The ids of the jobs that one job waits for, each once. Made for millions of jobs with a few parents, and for one job with a million.</summary>
internal struct ParentIds
{
    private int[]? _ids;
    private int _count;
    private bool _unsorted;

    /// <summary>Adds an id, at once when ids come in ascending order.</summary>
    public void Add(int id)
    {
        _ids ??= new int[2];
        if (_count > 0 && id <= _ids[_count - 1])
        {
            if (id == _ids[_count - 1]) return;
            _unsorted = true;
        }
        if (_count == _ids.Length)
        {
            // Before it grows, repetitions make room.
            Sort();
            if (_count > _ids.Length / 2) Array.Resize(ref _ids, _ids.Length * 2);
            if (_count > 0 && id <= _ids[_count - 1]) _unsorted = true;
        }
        _ids[_count++] = id;
    }

    /// <summary>The ids, ascending, each once. Valid until the next <see cref="Add"/>.</summary>
    public ReadOnlySpan<int> Sorted()
    {
        Sort();
        return _ids.AsSpan(0, _count);
    }

    /// <summary>The ids, ascending, each once, for good: what is added later does not show in them.</summary>
    public int[] ToArray()
    {
        Sort();
        // A full array is left alone by the next addition, which makes a larger one.
        return _count == 0 ? [] : _count == _ids!.Length ? _ids : _ids.AsSpan(0, _count).ToArray();
    }

    private void Sort()
    {
        if (!_unsorted) return;
        _unsorted = false;
        Array.Sort(_ids!, 0, _count);
        var kept = 1;
        for (var i = 1; i < _count; i++)
        {
            if (_ids![i] != _ids[i - 1]) _ids[kept++] = _ids[i];
        }
        _count = kept;
    }
}
