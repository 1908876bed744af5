namespace AnalysisRunner.Storage.TestServers.Gcs;

/// <summary>The buckets: objects, and who may do what.</summary>
public sealed class GcsBuckets
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedDictionary<string, StoredObject>> _buckets = [];
    private long _generation = 1_700_000_000_000_000;

    /// <summary>Buckets whose requests must name a project that pays.</summary>
    public HashSet<string> RequesterPays { get; } = [];

    /// <summary>Refused requests: method and bucket, such as <c>POST locked</c>.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>How many bytes one call of a rewrite copies.</summary>
    public long RewrittenPerCall { get; set; } = long.MaxValue;

    public void Create(string bucket)
    {
        lock (_lock) _buckets[bucket] = new SortedDictionary<string, StoredObject>(Comparer<string>.Create((x, y) =>
            System.Text.Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y))));
    }

    public bool Exists(string bucket)
    {
        lock (_lock) return _buckets.ContainsKey(bucket);
    }

    public StoredObject? Find(string bucket, string name)
    {
        lock (_lock) return _buckets[bucket].GetValueOrDefault(name);
    }

    public IReadOnlyList<StoredObject> All(string bucket)
    {
        lock (_lock) return [.. _buckets[bucket].Values];
    }

    /// <summary>Changes an object as the server or a test wants, in one step with the judgement of the condition.</summary>
    /// <returns>False when the condition does not hold.</returns>
    public bool TryChange(string bucket, string name, Func<StoredObject?, bool> condition, Func<StoredObject?, long, StoredObject?> change, out StoredObject? result)
    {
        lock (_lock)
        {
            var objects = _buckets[bucket];
            var current = objects.GetValueOrDefault(name);
            result = current;
            if (!condition(current)) return false;
            result = change(current, ++_generation);
            if (result is null) objects.Remove(name);
            else objects[name] = result;
            return true;
        }
    }

    /// <summary>Alters content at rest: what the server says of it stays.</summary>
    public void Alter(string bucket, string name, Func<byte[], byte[]> change) =>
        TryChange(bucket, name, _ => true, (current, _) => current! with { Content = change(current.Content) }, out _);
}
