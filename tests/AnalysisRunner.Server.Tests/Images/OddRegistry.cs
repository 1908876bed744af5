using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AnalysisRunner.Server.Tests.Images;

/// <summary>Whatever else may answer in a registry's place.</summary>
internal sealed class OddRegistry(WebApplication app) : IAsyncDisposable
{
    private int _requests;

    public string Host => new Uri(app.Urls.First()).Authority;

    public int Requests => _requests;

    public static async Task<OddRegistry> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var registry = new OddRegistry(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref registry._requests);
            return answer(context);
        });
        await app.StartAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
