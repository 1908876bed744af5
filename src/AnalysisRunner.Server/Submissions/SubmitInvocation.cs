using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Submissions;

/// <summary>
/// Accepts a submission, in this order (design §5): everything is validated, the commit is resolved in the server's own mirror, the invocation is
/// recorded; only then may anything start, and <see cref="InvocationRunner"/> does it.
/// </summary>
internal sealed class SubmitInvocation(
    IInvocationLog log,
    SubmissionLimits limits,
    SubmissionReview review,
    ConfigComposition composition,
    RunPreparation preparation,
    LentCode code,
    Approvals approvals,
    InvocationRunner runner,
    ServerActivity activity,
    ServerAddress address,
    ServerIdentity identity,
    SignIn signIn,
    TimeProvider time)
{
    /// <summary>Accepts or refuses a request.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="request">What they ask for; nothing in it is trusted.</param>
    /// <param name="idempotencyKey">The same key and request never make two runs; null where the client knows no keys.</param>
    /// <param name="known">What the route has found wrong with the request's form; none where it leaves that to the rules.</param>
    /// <param name="cancellation">Gives up before the invocation is recorded; afterwards nothing does.</param>
    /// <param name="rerun">What it repeats; null where it is no repetition.</param>
    /// <exception cref="AnalysisRunnerException">Everything that is wrong; it is recorded as a denial.</exception>
    public async Task<SubmissionAccepted> ExecuteAsync(
        Caller caller, SubmissionRequest request, string? idempotencyKey, IReadOnlyList<Problem> known, CancellationToken cancellation, Rerun? rerun = null)
    {
        using var accepting = activity.TryAccept() ?? throw new AnalysisRunnerException(
            PolicyCodes.ShuttingDown, "The runner is shutting down and takes no new work; submit again, and a new one is started.");
        var digest = Digest(request, rerun);
        if (idempotencyKey is not null && await log.FindSubmissionAsync(caller.Name, idempotencyKey, cancellation) is { } earlier)
        {
            return AnswerKnown(caller, earlier.ArGuid, earlier.RequestDigest == digest);
        }
        await limits.PassAsync(caller, cancellation);
        try
        {
            var reviewed = await review.ReviewAsync(caller, request, known, cancellation);
            Failpoint.Pass(Failpoint.Judged);
            return await AcceptAsync(caller, reviewed, rerun, idempotencyKey, digest, cancellation);
        }
        catch (AnalysisRunnerException refusal)
        {
            await log.RecordDenialAsync(
                new NewDenial { DeniedTo = caller.Name, Dataset = request.Dataset, Problems = refusal.Problems, RequestJson = Recorded(request) },
                CancellationToken.None);
            throw;
        }
    }

    private async Task<SubmissionAccepted> AcceptAsync(Caller caller, ReviewedSubmission reviewed, Rerun? rerun, string? idempotencyKey, string digest, CancellationToken cancellation)
    {
        var (request, dataset, level, found, image, _) = reviewed;
        if (found.Commit is { } commit && dataset.Identities.GetValueOrDefault(level) is { } jobs) found = found with { Commit = await code.LendAsync(commit, jobs) };
        var arGuid = RandomText.ArGuid();
        var prefix = OutputPrefixOf(request, found.Commit?.Commit, arGuid);
        var config = await composition.ComposeAsync(new ServerValues(arGuid, dataset, level, prefix, image ?? ""), found.Layers, cancellation);
        var invocation = Describe(caller, reviewed, arGuid, prefix, config) with { RerunOf = rerun?.Of, RerunChanges = rerun?.Changes };

        var environment = request.Environment ?? new Dictionary<string, string>();
        var documents = preparation.Describe(invocation, found, config, image);
        var approval = dataset.Approval.Contains(level) ? approvals.Ask(invocation, config, Recorded(request)) : null;
        var result = await log.RecordAsync(
            new NewInvocation
            {
                Invocation = invocation,
                RequestJson = Recorded(request),
                Environment = environment,
                Documents = documents,
                IdempotencyKey = idempotencyKey,
                RequestDigest = digest,
                Approval = approval,
                ClaimedBy = identity.Name,
                StorageAddresses = config.StorageAddresses,
            },
            CancellationToken.None);
        if (result.Outcome == RecordOutcome.Recorded)
        {
            Failpoint.Pass(Failpoint.Recorded);
            runner.Start(arGuid, approval is null ? new RecordedRun(invocation, documents, environment, config.StorageAddresses) : null);
            return Answer(caller, arGuid);
        }
        return AnswerKnown(caller, result.ArGuid, result.Outcome == RecordOutcome.Existing);
    }

    private Invocation Describe(Caller caller, ReviewedSubmission reviewed, string arGuid, string prefix, ComposedConfig config)
    {
        var (request, dataset, level, found, image, policyVersion) = reviewed;
        // What an older client called the commit, where that was not its hash.
        var name = CommitId.TryParse(request.Commit, out _) ? null : request.Commit;
        return new Invocation
        {
            ArGuid = arGuid,
            Dataset = dataset.Name,
            AccessLevel = level,
            Namespace = level.Namespace(),
            Description = request.Description!,
            OutputPrefix = prefix,
            OutputPath = composition.OutputPath(dataset.Name, level, prefix, config.StorageAddresses),
            SubmittedBy = caller.Name,
            SubmittedAt = time.GetUtcNow(),
            Repository = found.Origin?.ToString() ?? (request.WorkTree is null ? request.Repository : null),
            WorkTree = request.WorkTree,
            Commit = found.Commit?.Commit.ToString() ?? "",
            Branch = request.Branch ?? name,
            WorkingDirectory = CommitExamination.WorkingDirectory(request),
            Project = request.Project,
            Configuration = request.Configuration,
            Script = request.Script ?? [],
            Arguments = request.Arguments ?? [],
            EnvironmentNames = [.. (request.Environment?.Keys ?? []).Order(StringComparer.Ordinal)],
            Identity = dataset.Identities.GetValueOrDefault(level),
            State = InvocationState.Accepted,
            Steps = [],
            Batches = [],
            ConfigPath = preparation.ConfigPath(arGuid),
            Client = request.Client,
            Image = image,
            ResolvedImage = reviewed.ResolvedImage,
            Cpu = request.Cpu,
            Memory = request.Memory,
            Storage = request.Storage,
            Preemptible = request.Preemptible,
            PolicyVersion = policyVersion,
            Url = address.PageOf(arGuid),
        };
    }

    private static string OutputPrefixOf(SubmissionRequest request, CommitId? commit, string arGuid)
    {
        if (OutputPrefix.TryParse(request.OutputPrefix, out var given, out _)) return given.ToString();
        var command = request.Project ?? request.Script![0];
        var name = Path.GetFileNameWithoutExtension(command[(command.LastIndexOf('/') + 1)..]);
        var from = commit?.Short ?? "no-commit";
        // A file may have a name that no path of storage can.
        return OutputPrefix.TryParse($"{name}/{from}/{arGuid}", out var prefix, out _) ? prefix.ToString() : $"run/{from}/{arGuid}";
    }

    private SubmissionAccepted AnswerKnown(Caller caller, string arGuid, bool isSame) => isSame
        ? Answer(caller, arGuid)
        : throw new AnalysisRunnerException(
            PolicyCodes.KeyReused, $"The Idempotency-Key was used before for another request, which became invocation '{arGuid}'; send a new key with a new request.");

    private SubmissionAccepted Answer(Caller caller, string arGuid) =>
        new(arGuid, address.PageOf(arGuid), caller.IsOwner ? $"{address.PageOf(arGuid)}?code={signIn.NewCode(caller).Code}" : null);

    private static string Digest(SubmissionRequest request, Rerun? rerun) =>
        Convert.ToHexStringLower(SHA256.HashData([.. JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.SubmissionRequest), .. Encoding.UTF8.GetBytes(rerun?.Of ?? "")]));

    private static string Recorded(SubmissionRequest request)
    {
        // Values of environment variables are where people put secrets.
        var shown = request.Environment is null
            ? request
            : request with { Environment = request.Environment.Keys.ToDictionary(name => name, _ => "", StringComparer.Ordinal) };
        return Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(shown, ContractsJson.Default.SubmissionRequest));
    }
}
