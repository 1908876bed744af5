namespace AnalysisRunner.Server.Telemetry;

/// <summary>The route by which Prometheus reads the figures. They name nobody, so it wants no token, as <c>/healthz</c> does not.</summary>
internal static class MetricsRoute
{
    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", async context =>
    {
        await context.RequestServices.GetRequiredService<ServerMetrics>().RefreshAsync(context.RequestAborted);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(context.RequestServices.GetRequiredService<PrometheusFigures>().Write(), context.RequestAborted);
    });
}
