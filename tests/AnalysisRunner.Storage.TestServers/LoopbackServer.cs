using AnalysisRunner.Storage.TestServers.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AnalysisRunner.Storage.TestServers;

/// <summary>An HTTP server on a free port of this machine, behind a plan of faults.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LoopbackServer(WebApplication application, FaultPlan faults)
    {
        _application = application;
        Faults = faults;
    }

    public FaultPlan Faults { get; }

    public Uri Endpoint => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<LoopbackServer> StartAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, 0);
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.AllowSynchronousIO = true;
        });
        var application = builder.Build();
        var faults = new FaultPlan();
        application.Use((context, next) => faults.InvokeAsync(context, _ => next(context)));
        application.Run(handler);
        await application.StartAsync();
        return new LoopbackServer(application, faults);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
