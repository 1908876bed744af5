using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Pages.Logs;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Pages.Batches;

/// <summary>A batch, and a job of it.</summary>
internal static class BatchPages
{
    private const int PageSize = 500;

    /// <summary>Above so many jobs no picture is tried: there would be nothing to see in it.</summary>
    private const int MostDrawn = 100_000;

    /// <summary>A batch with its jobs, from the one after the parameter <c>after</c> on.</summary>
    public static async Task ShowAsync(HttpContext context)
    {
        var after = (int)Requests.Number(context, "after", 0, 0, int.MaxValue);
        var batch = await Read(context).GetBatchAsync(context.GetCaller(), Key(context), context.RequestAborted);
        var details = new BatchDetails
        {
            Batch = batch,
            Groups = await Engine(context).GetGroupsAsync(batch.Key, context.RequestAborted),
            Jobs = await Engine(context).GetJobsAsync(batch.Key, after, PageSize, context.RequestAborted),
            After = after,
            PageSize = PageSize,
            Now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
            Graph = await DrawAsync(context, batch),
        };
        var frame = PageAnswer.Frame(context, batch.Name) with { EventsUrl = batch.State == BatchState.Running ? $"{BatchUrl.Of(batch.Key)}/events" : null };
        await PageAnswer.WriteAsync<BatchView>(context, frame, (nameof(BatchView.Details), details));
    }

    /// <summary>Announces changes of a batch.</summary>
    public static async Task FollowAsync(HttpContext context)
    {
        var batch = await Read(context).GetBatchAsync(context.GetCaller(), Key(context), context.RequestAborted);
        await PageEvents.WriteAsync(context, PageEvents.OfBatch(Engine(context), batch.Key, InvocationRoutes.Streaming(context)));
    }

    /// <summary>A job with the log of its last attempt, or of the one that the address names. The original client prints this address for a driver, which is shown by its invocation.</summary>
    public static async Task ShowJobAsync(HttpContext context)
    {
        if (RandomText.IsArGuid(Key(context)))
        {
            // Right after it was accepted, the engine does not know the driver yet.
            context.Response.Redirect($"/invocations/{(await Read(context).GetInvocationAsync(context.GetCaller(), Key(context), context.RequestAborted)).Invocation.ArGuid}");
            return;
        }
        var (key, id) = await FindJobAsync(context);
        var batch = await Read(context).GetBatchAsync(context.GetCaller(), key, context.RequestAborted);
        var specs = await Engine(context).GetJobSpecsAsync(key, 0, int.MaxValue, context.RequestAborted);
        var job = (await Engine(context).GetJobsAsync(key, id - 1, 1, context.RequestAborted))[0];
        var attempt = await FindAttemptAsync(context, key, id);
        var details = new JobDetails
        {
            Key = key,
            BatchName = batch.Name,
            Job = job,
            Spec = specs[id - 1],
            Attempts = await Engine(context).GetAttemptsAsync(key, id, context.RequestAborted),
            Parents = [.. specs[id - 1].Parents.Select(parent => (parent, specs[parent - 1].Name))],
            Children = [.. specs.Where(other => other.Parents.Contains(id)).Select(other => (other.Id, other.Name))],
            ShownAttempt = attempt?.Number,
            Log = await LogPages.ReadTailAsync(context, $"{BatchUrl.Of(key, id, attempt?.Number)}/log", key, id, attempt?.Number, attempt is null ? !job.IsFinal : attempt.FinishedAt is null),
        };
        var name = job.Name.Length == 0 ? $"Job {Texts.Number(id)}" : job.Name;
        var frame = PageAnswer.Frame(context, attempt is null ? name : $"{name}, attempt {Texts.Number(attempt.Number)}") with { EventsUrl = job.IsFinal ? null : $"{BatchUrl.Of(key)}/events" };
        await PageAnswer.WriteAsync<JobView>(context, frame, (nameof(JobView.Details), details));
    }

    /// <summary>The job that a request is about, for those who may see it.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6040</c>.</exception>
    public static async Task<(string Key, int Job)> FindJobAsync(HttpContext context)
    {
        var job = (int)Requests.Parse("job", (string)context.GetRouteValue("job")!, 1, int.MaxValue);
        return await Read(context).GetJobsAsync(context.GetCaller(), Key(context), job - 1, 1, context.RequestAborted) is [{ Id: var id }] && id == job
            ? (Key(context), job)
            : throw new AnalysisRunnerException(PolicyCodes.Unknown, $"The batch {Quoted.Value(Key(context))} has no job '{Texts.Number(job)}'.");
    }

    /// <summary>The attempt of a job that a request is about, for those who may see the job; null when it names none.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6024</c> it is no number; <c>AR6040</c> there is none with that number.</exception>
    public static async Task<AttemptSummary?> FindAttemptAsync(HttpContext context, string key, int job) => context.GetRouteValue("attempt") is string number
        ? await Read(context).GetAttemptAsync(key, job, (int)Requests.Parse("attempt", number, 1, int.MaxValue), context.RequestAborted)
        : null;

    private static async Task<JobGraphLayout?> DrawAsync(HttpContext context, BatchSummary batch)
    {
        if (batch.Jobs.Total > MostDrawn) return null;
        var specs = await Engine(context).GetJobSpecsAsync(batch.Key, 0, MostDrawn, context.RequestAborted);
        var jobs = await Engine(context).GetJobsAsync(batch.Key, 0, MostDrawn, context.RequestAborted);
        // The engine may have forgotten the batch between the two.
        return specs.Count == jobs.Count ? JobGraphLayout.Create(batch.Key, specs, jobs) : null;
    }

    private static string Key(HttpContext context) => (string)context.GetRouteValue("key")!;

    private static Reading Read(HttpContext context) => context.RequestServices.GetRequiredService<Reading>();

    private static IBatchEngine Engine(HttpContext context) => context.RequestServices.GetRequiredService<IBatchEngine>();
}
