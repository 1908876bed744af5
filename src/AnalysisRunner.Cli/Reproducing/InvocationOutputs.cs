using AnalysisRunner.Client;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Cli.Reproducing;

/// <summary>What an invocation has left, as the server lists it.</summary>
internal static class InvocationOutputs
{
    /// <summary>All of it, page by page.</summary>
    public static async Task<IReadOnlyList<InvocationOutput>> ListAsync(IAnalysisRunnerApi api, string arGuid, CancellationToken cancellation)
    {
        var found = new List<InvocationOutput>();
        string? cursor = null;
        do
        {
            (var outputs, cursor) = await api.ListOutputsAsync(arGuid, cursor, cancellation).ConfigureAwait(false);
            found.AddRange(outputs);
        }
        while (cursor is not null);
        return found;
    }
}
