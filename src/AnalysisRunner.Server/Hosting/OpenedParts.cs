namespace AnalysisRunner.Server.Hosting;

/// <summary>What a server has opened, closed in the opposite order, whether it started or not.</summary>
internal sealed class OpenedParts : IAsyncDisposable
{
    private readonly Stack<object> _parts = new();

    /// <summary>Takes over a part.</summary>
    public T Add<T>(T part)
        where T : notnull
    {
        _parts.Push(part);
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            if (part is IAsyncDisposable later) await later.DisposeAsync();
            else ((IDisposable)part).Dispose();
        }
    }
}
