using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AnalysisRunner.Server.Telemetry;

/// <summary>Where figures, traces and the log are sent, as OpenTelemetry's own variables say it.</summary>
/// <param name="Endpoint">The collector.</param>
/// <param name="IsGrpc">Whether it is spoken to by gRPC, and not by HTTP with Protobuf.</param>
internal sealed record TelemetryExport(Uri Endpoint, bool IsGrpc)
{
    /// <summary>Names the collector; without it nothing is sent anywhere.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary><c>http/protobuf</c>, the default, or <c>grpc</c>.</summary>
    public const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>Reads the variables; null where nothing is to be sent.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6186</c> they are malformed.</exception>
    public static TelemetryExport? Read(Func<string, string?> environment)
    {
        if (environment(EndpointVariable) is not { Length: > 0 } address) return null;
        var protocol = environment(ProtocolVariable) is { Length: > 0 } given ? given : "http/protobuf";
        if (protocol is not ("http/protobuf" or "grpc")) throw Wrong(ProtocolVariable, protocol, "write 'http/protobuf' or 'grpc'");
        return Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? new TelemetryExport(url!, protocol == "grpc")
            : throw Wrong(EndpointVariable, address, "give the collector's address with http:// or https://");
    }

    /// <summary>Begins to send; disposed, it sends what is left.</summary>
    public IEnumerable<IDisposable> Start()
    {
        var resource = Resource();
        yield return Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
            .AddSource("Microsoft.AspNetCore", ServerMetrics.Name)
            .AddOtlpExporter(options => Configure(options, "v1/traces")).Build();
        yield return Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter(ServerMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql")
            .AddOtlpExporter(options => Configure(options, "v1/metrics")).Build();
    }

    /// <summary>Sends the server's own log as well, with the trace that each entry belongs to; what is left goes with the provider.</summary>
    public void AddLog(ILoggingBuilder logging) => logging.AddOpenTelemetry(log =>
    {
        log.SetResourceBuilder(Resource());
        // People search for the sentence; the values are attributes beside it.
        log.IncludeFormattedMessage = true;
        log.AddOtlpExporter(options => Configure(options, "v1/logs"));
    });

    private static ResourceBuilder Resource() => ResourceBuilder.CreateDefault().AddService(ServerMetrics.Name, serviceVersion: Api.RunnerRoutes.Version);

    private void Configure(OtlpExporterOptions options, string path)
    {
        options.Protocol = IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = IsGrpc ? Endpoint : new Uri(Endpoint.ToString().TrimEnd('/') + "/" + path);
    }

    private static AnalysisRunnerException Wrong(string variable, string value, string remedy) => new(
        EndCodes.TelemetryAddress, $"The environment variable {variable} is {Quoted.Value(value)}; {remedy}, or unset it.");
}
