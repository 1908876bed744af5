using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Hosting.Health;
using AnalysisRunner.Server.Images;
using AnalysisRunner.Server.Notifications;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Runs.Outputs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Security.Oidc;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Stores;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Server.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AnalysisRunner.Server.Hosting;

/// <summary>Puts a server together. A local runner is the same server with a built-in policy.</summary>
internal static class ServerApplication
{
    // Several thousand followers, and room for those who submit; each connection costs tens of KiB.
    private const int MaximumConnections = 10_000;

    // What is recorded and what runs are started from is written by threads that wait for the disk; with one for each processor, all would wait at once and
    // the runtime adds further ones only by and by.
    private const int FewestThreads = 16;

    /// <summary>Builds it; what <paramref name="parts"/> brings along is not disposed with it.</summary>
    public static WebApplication Build(ServerParts parts)
    {
        ThreadPool.GetMinThreads(out var threads, out var completions);
        ThreadPool.SetMinThreads(Math.Max(threads, FewestThreads), completions);
        // Empty and without arguments: no settings file and no ASPNETCORE_ variable of whoever started it takes part.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = parts.Folders.Root });
        builder.Logging.AddProvider(parts.Log);
        parts.Telemetry?.AddLog(builder.Logging);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 100;
            // Whoever sends slowly, or sends nothing, holds a connection; so does whoever reads slowly.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.MaxConcurrentConnections = MaximumConnections;
            foreach (var endpoint in parts.Sockets.Endpoints) kestrel.Listen(endpoint);
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = parts.Sockets.Find);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddRoutingCore();
        // Sessions are in memory, so what protects their forms may be too.
        builder.Services.AddRazorComponents();
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddAntiforgery(forms =>
        {
            forms.FormFieldName = "form-token";
            forms.Cookie.Name = $"analysis-runner-{parts.Address.Port}-forms";
            forms.Cookie.SecurePolicy = parts.Address.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            forms.SuppressXFrameOptionsHeader = true; // It is set for every answer.
        });
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
        services.AddSingleton<IReadinessCheck, SettingsInForce>().AddSingleton<IReadinessCheck, RecordAnswers>().AddSingleton<IReadinessCheck, DiskHasRoom>();
        services.AddSingleton<SubmissionLimits>();
        services.AddSingleton<Readiness>().AddSingleton<IdTokens>().AddSingleton<Authentication>().AddSingleton<BrowserSignIn>();
        services.AddSingleton(parts.Stores).AddSingleton<ConfigFiles>().AddSingleton<StoreCredentials>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RunPreparation>(provider, Programs.Dotnet()));
        services.AddSingleton<ImageResolution>().AddSingleton<JobImages>().AddSingleton(provider => ActivatorUtilities.CreateInstance<RoleCredentials>(provider, parts.SecurityTokens));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AccountTokens>(provider, parts.ServiceAccounts));
        services.AddSingleton<StorageRights>().AddSingleton<Approvals>().AddSingleton<CodeRecheck>().AddSingleton<RefusedTokens>().AddSingleton(new LentCode(parts.Folders, GitProcess.FindProgram()));
        services.AddSingleton(new LargeFiles(parts.Folders, GitProcess.FindProgram()));
        services.AddSingleton(new CommitExamination(parts.Mirrors, Programs.IsOnPath));
        services.AddSingleton<BatchHandover>().AddSingleton<SubmissionReview>().AddSingleton<ConfigPreview>().AddSingleton<SubmitInvocation>().AddSingleton<Reading>();
        services.AddSingleton<ServerMetrics>().AddSingleton<PrometheusFigures>();
        services.AddSingleton<RerunInvocation>().AddSingleton<Overview>().AddSingleton<LostServers>();
        services.AddSingleton<IEndLog>(parts.InvocationLog);
        services.AddSingleton<OutputFolders>().AddSingleton<InvocationMetadata>().AddSingleton<RunOutputs>();
        services.AddSingleton<DriverStart>().AddSingleton<InvocationRunner>().AddHostedService(provider => provider.GetRequiredService<InvocationRunner>());
        services.AddSingleton<Retention>().AddHostedService(provider => provider.GetRequiredService<Retention>());
        if (parts.IdleLimit is { } limit)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<IdleExit>(provider, limit));
        }
        if (parts.SettingsSource is { } source)
        {
            services.AddSingleton<INotificationSender, WebhookSender>().AddSingleton<INotificationSender, MailSender>();
            services.AddHostedService<WorkSampling>();
            services.AddSingleton<NotificationDispatch>().AddHostedService(provider => provider.GetRequiredService<NotificationDispatch>());
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SettingsReload>(provider, source));
            services.AddHostedService(provider => provider.GetRequiredService<SettingsReload>());
        }
    }
}
