using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Api;

/// <summary>Sends the events of an invocation.</summary>
internal static class EventStream
{
    /// <summary>Sends server-sent events until there will be none.</summary>
    public static Task WriteAsync(HttpResponse response, IAsyncEnumerable<InvocationEvent> events, TimeSpan heartbeat, CancellationToken cancellation) =>
        ServerSentEvents.WriteAsync(response, Frames(events, cancellation), heartbeat, cancellation);

    private static async IAsyncEnumerable<string> Frames(IAsyncEnumerable<InvocationEvent> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in events.WithCancellation(cancellation))
        {
            // JSON has no raw line breaks, so the data is one line.
            var data = JsonSerializer.Serialize(found, ContractsJson.Default.InvocationEvent);
            yield return string.Create(CultureInfo.InvariantCulture, $"id: {found.Sequence}\nevent: {found.Type}\ndata: {data}\n\n");
        }
    }
}
