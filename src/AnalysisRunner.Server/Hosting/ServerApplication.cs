using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Security.Oidc;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Puts a server together. A local runner is the same server with a built-in policy.</summary>
internal static class ServerApplication
{
    /// <summary>Builds it; what <paramref name="parts"/> brings along is not disposed with it.</summary>
    public static WebApplication Build(ServerParts parts)
    {
        // Empty and without arguments: no settings file and no ASPNETCORE_ variable of whoever started it takes part.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = parts.Folders.Root });
        builder.Logging.AddProvider(parts.Log);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            foreach (var endpoint in parts.Sockets.Endpoints) kestrel.Listen(endpoint);
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = parts.Sockets.Find);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddRoutingCore();
        AddServices(builder.Services, parts);

        var app = builder.Build();
        RequestPipeline.Use(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, ServerParts parts)
    {
        // Made outside and disposed there in its own order, so the container, which disposes only what it makes, is given the instances.
        services.AddSingleton(parts.Time).AddSingleton(parts.Folders).AddSingleton(parts.Address).AddSingleton(parts.Settings).AddSingleton(parts.Tokens);
        services.AddSingleton(ServerIdentity.Of(parts.Folders));
        services.AddSingleton(parts.Mirrors).AddSingleton(parts.InvocationLog).AddSingleton(parts.Engine);
        services.AddSingleton<ServerActivity>().AddSingleton<SignIn>().AddSingleton<RequestGuard>().AddSingleton<ConfigComposition>();
        services.AddSingleton<Readiness>().AddSingleton<IdTokens>().AddSingleton<Authentication>();
        services.AddSingleton(provider => new RunPreparation(parts.Folders, provider.GetRequiredService<ConfigComposition>(), Programs.Dotnet()));
        services.AddSingleton<StorageRights>().AddSingleton<Approvals>().AddSingleton<CodeRecheck>().AddSingleton<RefusedTokens>().AddSingleton(new LentCode(parts.Folders, GitProcess.FindProgram())).AddSingleton(new LargeFiles(parts.Folders, GitProcess.FindProgram()));
        services.AddSingleton(new CommitExamination(parts.Mirrors, Programs.IsOnPath));
        services.AddSingleton<BatchHandover>().AddSingleton<SubmissionReview>().AddSingleton<ConfigPreview>().AddSingleton<SubmitInvocation>().AddSingleton<Reading>();
        services.AddSingleton<InvocationRunner>().AddHostedService(provider => provider.GetRequiredService<InvocationRunner>());
        if (parts.IdleLimit is { } limit)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<IdleExit>(provider, limit));
        }
        if (parts.SettingsSource is { } source)
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SettingsReload>(provider, source));
            services.AddHostedService(provider => provider.GetRequiredService<SettingsReload>());
        }
    }
}
