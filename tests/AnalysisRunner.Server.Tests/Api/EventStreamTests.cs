using System.IO.Pipelines;
using System.Threading.Channels;
using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AnalysisRunner.Server.Tests.Api;

public sealed class EventStreamTests
{
    private readonly Channel<InvocationEvent> _events = Channel.CreateUnbounded<InvocationEvent>();
    private readonly Pipe _pipe = new();

    private Task WriteAsync(CancellationToken cancellation)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_pipe.Writer.AsStream()));
        return EventStream.WriteAsync(context.Response, _events.Reader.ReadAllAsync(cancellation), TimeSpan.FromMilliseconds(5), cancellation);
    }

    [Fact]
    public async Task Gives_a_sign_of_life_while_it_waits_and_then_the_event()
    {
        var writing = WriteAsync(TestRunner.Limit());
        using var reader = new StreamReader(_pipe.Reader.AsStream());
        (await reader.ReadLineAsync(TestRunner.Limit())).ShouldBe(": waiting");
        _events.Writer.TryWrite(new InvocationEvent(7, "state", DateTimeOffset.UnixEpoch, "failed: a\nb", "bob"));
        _events.Writer.Complete();
        await writing;
        await _pipe.Writer.CompleteAsync();
        var rest = (await reader.ReadToEndAsync(TestRunner.Limit())).Split('\n').Where(line => line.Length > 0 && line[0] != ':');
        rest.ShouldBe(["id: 7", "event: state", """data: {"sequence":7,"type":"state","at":"1970-01-01T00:00:00+00:00","detail":"failed: a\nb","by":"bob"}"""]);
    }

    [Fact]
    public async Task Ends_when_its_reader_leaves()
    {
        using var gone = new CancellationTokenSource();
        var writing = WriteAsync(gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(writing.WaitAsync(TimeSpan.FromMinutes(1)));
    }
}
