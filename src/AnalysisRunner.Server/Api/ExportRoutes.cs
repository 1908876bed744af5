using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Api;

/// <summary>The list of invocations as a file: all of them that hold the filters, sent as they are read.</summary>
internal static class ExportRoutes
{
    private const int PageSize = 500;

    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/invocations/export", ExportAsync);

    /// <summary>Sends the file; to whoever the request was found to be from, by a token or by a session.</summary>
    public static async Task ExportAsync(HttpContext context)
    {
        var user = context.GetUser();
        var isCsv = FormatOf(context) == "csv";
        var query = InvocationFilters.Parse(context.Request.Query, InvocationFilters.ExportNames) with { Limit = PageSize };
        var reading = context.RequestServices.GetRequiredService<Reading>();
        // The first page before the first byte: what is wrong with the request is an answer of its own.
        var page = await reading.ListAsync(user, query, context.RequestAborted);

        context.Response.ContentType = isCsv ? "text/csv; charset=utf-8; header=present" : "application/jsonl; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"invocations.{(isCsv ? "csv" : "jsonl")}\"";
        if (isCsv) await context.Response.WriteAsync(InvocationCsv.Header, context.RequestAborted);
        while (true)
        {
            var text = new StringBuilder();
            foreach (var record in page.Records)
            {
                if (isCsv) InvocationCsv.Append(text, record.Invocation);
                else text.Append(JsonSerializer.Serialize(record.Invocation, ContractsJson.Default.Invocation)).Append('\n');
            }
            await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
            if (page.Next is not { } next) return;
            page = await reading.ListAsync(user, query with { After = next }, context.RequestAborted);
        }
    }

    private static string FormatOf(HttpContext context) => context.Request.Query["format"].ToString() switch
    {
        "csv" => "csv",
        "jsonl" => "jsonl",
        var text => throw new AnalysisRunnerException([new Problem(PolicyCodes.Parameter, $"The parameter 'format' is {Quoted.Value(text)}; write 'csv' or 'jsonl'.", "format")]),
    };
}
