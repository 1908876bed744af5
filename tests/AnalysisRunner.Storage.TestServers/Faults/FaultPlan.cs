using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AnalysisRunner.Storage.TestServers.Faults;

/// <summary>Which requests fail, and how; and what was asked. A step in front of a server, real or written.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly List<(Func<string, bool> Matches, Queue<Fault> Faults)> _plan = [];

    /// <summary>Method and address of every request, in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The headers of every request, in the same order.</summary>
    public ConcurrentQueue<IHeaderDictionary> Headers { get; } = new();

    /// <summary>Lets the next requests that match fail, one fault each.</summary>
    public void Next(Func<string, bool> matches, params IEnumerable<Fault> faults)
    {
        lock (_lock) _plan.Add((matches, new Queue<Fault>(faults)));
    }

    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var text = $"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}";
        Requests.Enqueue(text);
        Headers.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value)));
        switch (Take(text))
        {
            case null:
                await next(context);
                break;
            case { Kind: FaultKind.AnswerBefore } fault:
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                context.Response.StatusCode = (int)fault.Number;
                break;
            case { Kind: FaultKind.AnswerAfter } fault:
                var body = context.Response.Body;
                context.Response.Body = new MemoryStream();
                await next(context);
                context.Response.Body = body;
                context.Response.Headers.Clear();
                context.Response.StatusCode = (int)fault.Number;
                break;
            case { Kind: FaultKind.CutRequest or FaultKind.AlterRequest } fault:
                context.Request.Body = new FaultyStream(context.Request.Body, fault, context);
                await next(context);
                // A request that ends at that byte is cut before its answer.
                if (fault.Kind == FaultKind.CutRequest) context.Abort();
                break;
            case { Kind: FaultKind.CutAnswer or FaultKind.AlterAnswer } fault:
                context.Response.Body = new FaultyStream(context.Response.Body, fault, context);
                await next(context);
                break;
            case { Kind: FaultKind.Silence }:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                break;
        }
    }

    private Fault? Take(string text)
    {
        lock (_lock)
        {
            foreach (var (matches, faults) in _plan)
                if (faults.Count > 0 && matches(text)) return faults.Dequeue();
            return null;
        }
    }
}
