using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Pages.Datasets;

/// <summary>What the reader may run where.</summary>
internal static class DatasetPages
{
    private const int MostRecent = 5;
    private const int Looked = 100;

    /// <summary>The datasets that the reader is in.</summary>
    public static async Task ListAsync(HttpContext context)
    {
        var policy = context.RequestServices.GetRequiredService<CurrentSettings>().Policy;
        var caller = context.GetCaller();
        var reading = context.RequestServices.GetRequiredService<Reading>();
        // A local runner knows the datasets that something ran on; a shared server those of its settings.
        var names = policy.DatasetsOf(caller)
            ?? (await reading.ListAsync(caller, new InvocationQuery { Limit = Looked }, context.RequestAborted)).Records.Select(record => record.Invocation.Dataset).Distinct().ToArray();
        var datasets = new List<DatasetSummary>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var recent = await reading.ListAsync(caller, new InvocationQuery { Dataset = name, Limit = MostRecent }, context.RequestAborted);
            datasets.Add(Summarise(policy.Find(name)!, caller, [.. recent.Records.Select(record => record.Invocation)]));
        }
        await PageAnswer.WriteAsync<DatasetList>(context, PageAnswer.Frame(context, "Datasets"), (nameof(DatasetList.Datasets), datasets));
    }

    private static DatasetSummary Summarise(DatasetPolicy dataset, Caller caller, IReadOnlyList<Invocation> recent) => new(
        dataset.Name,
        [.. dataset.Levels.Where(level => level.Value is null || level.Value.Contains(caller.Principal)).Select(level => level.Key).Order()],
        dataset.Repositories is null ? null : [.. dataset.Repositories.Order(StringComparer.Ordinal)],
        dataset.IsUnenforced,
        recent);
}
