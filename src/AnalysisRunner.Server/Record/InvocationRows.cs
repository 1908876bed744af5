using System.Text.Json;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Record;

/// <summary>A row of <c>invocations</c>; the names are the columns' with underscores left out.</summary>
internal sealed class InvocationRow
{
    public long Position { get; init; }
    public string ArGuid { get; init; } = "";
    public string Dataset { get; init; } = "";
    public string AccessLevel { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Description { get; init; } = "";
    public string OutputPrefix { get; init; } = "";
    public string OutputPath { get; init; } = "";
    public string SubmittedBy { get; init; } = "";
    public long SubmittedAt { get; init; }
    public string? Repository { get; init; }
    public string? WorkTree { get; init; }
    public string CommitId { get; init; } = "";
    public string? Branch { get; init; }
    public string WorkingDirectory { get; init; } = "";
    public string? Project { get; init; }
    public string? Configuration { get; init; }
    public string Script { get; init; } = "";
    public string Arguments { get; init; } = "";
    public string EnvironmentNames { get; init; } = "";
    public string ConfigPath { get; init; } = "";
    public string? ConfigSha256 { get; set; }
    public string? ClientName { get; init; }
    public string? ClientVersion { get; init; }
    public string? Image { get; init; }
    public string? ResolvedImage { get; init; }
    public string? Cpu { get; init; }
    public string? Memory { get; init; }
    public string? Storage { get; init; }
    public int? Preemptible { get; init; }
    public string? PolicyVersion { get; init; }
    public string? Identity { get; init; }
    public string? Toolchain { get; init; }
    public string? RerunOf { get; init; }
    public string? RerunChanges { get; init; }
    public string? StorageAddresses { get; set; }
    public long? OutputsListedAt { get; init; }
    public long? OutputCount { get; init; }
    public long? OutputBytes { get; init; }
    public string? OutputsProblem { get; init; }
    public string SearchWords { get; init; } = "";
    public long RecordedAt { get; set; }
    public string? ClaimedBy { get; set; }
    public string? Engine { get; init; }
    public string? DriverHandle { get; init; }
    public long? DriverEndedAt { get; init; }
    public string? DriverReason { get; init; }
    public int? ExitCode { get; init; }
    public string? CancelRequestedBy { get; init; }
    public long? CancelRequestedAt { get; init; }
    public string State { get; init; } = "";
    public string? Reason { get; init; }
    public long? FinishedAt { get; init; }

    /// <summary>The parameters of the insertion.</summary>
    public static InvocationRow From(Invocation invocation, IEnumerable<string> environmentNames) => new()
    {
        ArGuid = invocation.ArGuid,
        Dataset = invocation.Dataset,
        AccessLevel = invocation.AccessLevel.ToName(),
        Namespace = invocation.Namespace,
        Description = invocation.Description,
        OutputPrefix = invocation.OutputPrefix,
        OutputPath = invocation.OutputPath,
        SubmittedBy = invocation.SubmittedBy,
        SubmittedAt = Microseconds.From(invocation.SubmittedAt),
        Repository = invocation.Repository,
        WorkTree = invocation.WorkTree,
        CommitId = invocation.Commit,
        Branch = invocation.Branch,
        WorkingDirectory = invocation.WorkingDirectory,
        Project = invocation.Project,
        Configuration = invocation.Configuration,
        Script = ToJson(invocation.Script),
        Arguments = ToJson(invocation.Arguments),
        EnvironmentNames = ToJson([.. environmentNames.Order(StringComparer.Ordinal)]),
        ConfigPath = invocation.ConfigPath,
        ConfigSha256 = invocation.ConfigSha256,
        ClientName = invocation.Client?.Name,
        ClientVersion = invocation.Client?.Version,
        Image = invocation.Image,
        ResolvedImage = invocation.ResolvedImage,
        Cpu = invocation.Cpu,
        Memory = invocation.Memory,
        Storage = invocation.Storage,
        Preemptible = invocation.Preemptible is { } preemptible ? Convert.ToInt32(preemptible) : null,
        PolicyVersion = invocation.PolicyVersion,
        Identity = invocation.Identity is { } identity ? JsonSerializer.Serialize(identity, RecordJson.Default.JobIdentity) : null,
        RerunOf = invocation.RerunOf,
        RerunChanges = invocation.RerunChanges is { } changes ? ToJson(changes) : null,
        SearchWords = Record.SearchWords.Of(invocation),
        State = InvocationState.Accepted.ToName(),
    };

    public InvocationRecord ToRecord(IEnumerable<StepRow> steps, IEnumerable<BatchRow> batches, ApprovalRow? approval, string url) => new()
    {
        Invocation = new Invocation
        {
            ArGuid = ArGuid,
            Dataset = Dataset,
            AccessLevel = AccessLevelNames.TryParse(AccessLevel, out var level) ? level : throw Unreadable(AccessLevel),
            Namespace = Namespace,
            Description = Description,
            OutputPrefix = OutputPrefix,
            OutputPath = OutputPath,
            SubmittedBy = SubmittedBy,
            SubmittedAt = Microseconds.ToMoment(SubmittedAt),
            // Of an imported one nobody knows; the column is what keeps it among those that have ended.
            FinishedAt = State == InvocationState.Imported.ToName() ? null : Microseconds.ToMoment(FinishedAt),
            Repository = Repository,
            WorkTree = WorkTree,
            Commit = CommitId,
            Branch = Branch,
            WorkingDirectory = WorkingDirectory,
            Project = Project,
            Configuration = Configuration,
            Script = FromJson(Script),
            Arguments = FromJson(Arguments),
            EnvironmentNames = FromJson(EnvironmentNames),
            State = ParseState(State),
            Reason = Reason,
            ExitCode = ExitCode,
            Steps = [.. steps.Select(step => step.ToStep())],
            Batches = [.. batches.Select(batch => batch.ToSummary())],
            ConfigPath = ConfigPath,
            ConfigSha256 = ConfigSha256,
            Client = ClientName is null ? null : new ClientInfo(ClientName, ClientVersion ?? ""),
            Image = Image,
            ResolvedImage = ResolvedImage,
            Cpu = Cpu,
            Memory = Memory,
            Storage = Storage,
            Preemptible = Preemptible is null ? null : Preemptible != 0,
            PolicyVersion = PolicyVersion,
            Approval = approval?.ToApproval(),
            Toolchain = Toolchain is null ? null : JsonSerializer.Deserialize(Toolchain, RecordJson.Default.Toolchain),
            Identity = Identity is null ? null : JsonSerializer.Deserialize(Identity, RecordJson.Default.JobIdentity),
            RerunOf = RerunOf,
            RerunChanges = RerunChanges is null ? null : FromJson(RerunChanges),
            Outputs = OutputsListedAt is { } listed ? new OutputsSummary(Microseconds.ToMoment(listed), OutputCount ?? 0, OutputBytes ?? 0, OutputsProblem) : null,
            Engine = Engine,
            DriverHandle = DriverHandle,
            CancelRequestedBy = CancelRequestedBy,
            CancelRequestedAt = Microseconds.ToMoment(CancelRequestedAt),
            Url = url,
        },
        DriverEndedAt = Microseconds.ToMoment(DriverEndedAt),
        DriverReason = DriverReason,
        StorageAddresses = StorageAddresses is null ? null : JsonSerializer.Deserialize(StorageAddresses, RecordJson.Default.DictionaryStringString),
    };

    public static InvocationState ParseState(string name) =>
        Enum.GetValues<InvocationState>().Cast<InvocationState?>().FirstOrDefault(state => state!.Value.ToName() == name)
        ?? throw Unreadable(name);

    private static InvalidDataException Unreadable(string value) =>
        new($"The invocation log holds \"{value}\", which this server does not know.");

    private static string ToJson(IReadOnlyList<string> list) => JsonSerializer.Serialize(list, RecordJson.Default.IReadOnlyListString);

    private static IReadOnlyList<string> FromJson(string json) =>
        JsonSerializer.Deserialize(json, RecordJson.Default.IReadOnlyListString) ?? [];
}

/// <summary>A row of <c>steps</c>.</summary>
internal sealed class StepRow
{
    public long Invocation { get; init; }
    public string Name { get; init; } = "";
    public long StartedAt { get; init; }
    public long? FinishedAt { get; init; }
    public int? ExitCode { get; init; }

    public InvocationStep ToStep() => new(Name, Microseconds.ToMoment(StartedAt), Microseconds.ToMoment(FinishedAt), ExitCode);
}

/// <summary>A row of <c>batches</c>.</summary>
internal sealed class BatchRow
{
    public string Key { get; init; } = "";
    public long Invocation { get; init; }
    public string Name { get; init; } = "";
    public string State { get; init; } = "";
    public string? Reason { get; init; }
    public long SubmittedAt { get; init; }
    public long? FinishedAt { get; init; }
    public int Pending { get; init; }
    public int Ready { get; init; }
    public int Running { get; init; }
    public int Succeeded { get; init; }
    public int Failed { get; init; }
    public int Cancelled { get; init; }

    public static BatchRow From(long invocation, BatchSummary batch) => new()
    {
        Key = batch.Key,
        Invocation = invocation,
        Name = batch.Name,
        State = batch.State.ToName(),
        Reason = batch.Reason,
        SubmittedAt = Microseconds.From(batch.SubmittedAt),
        FinishedAt = Microseconds.From(batch.FinishedAt),
        Pending = batch.Jobs.Pending,
        Ready = batch.Jobs.Ready,
        Running = batch.Jobs.Running,
        Succeeded = batch.Jobs.Succeeded,
        Failed = batch.Jobs.Failed,
        Cancelled = batch.Jobs.Cancelled,
    };

    public BatchSummary ToSummary() => new(
        Key, Name, ParseState(State), new JobCounts(Pending, Ready, Running, Succeeded, Failed, Cancelled),
        Microseconds.ToMoment(SubmittedAt), Microseconds.ToMoment(FinishedAt), Reason);

    private static BatchState ParseState(string name) =>
        Enum.GetValues<BatchState>().Cast<BatchState?>().FirstOrDefault(state => state!.Value.ToName() == name)
        ?? throw new InvalidDataException($"The invocation log holds \"{name}\", which this server does not know.");
}

/// <summary>A row of <c>events</c>.</summary>
internal sealed class EventRow
{
    public long Sequence { get; init; }
    public string Type { get; init; } = "";
    public long At { get; init; }
    public string Detail { get; init; } = "";
    public string? CausedBy { get; init; }

    public InvocationEvent ToEvent() => new(Sequence, Type, Microseconds.ToMoment(At), Detail, CausedBy);
}

/// <summary>A row of <c>denials</c>.</summary>
internal sealed class DenialRow
{
    public long Id { get; init; }
    public long At { get; init; }
    public string? DeniedTo { get; init; }
    public string? Dataset { get; init; }
    public string Problems { get; init; } = "";
    public string? Request { get; init; }

    public Denial ToDenial() => new(Id, Microseconds.ToMoment(At), new NewDenial
    {
        DeniedTo = DeniedTo,
        Dataset = Dataset,
        Problems = JsonSerializer.Deserialize(Problems, RecordJson.Default.IReadOnlyListProblem) ?? [],
        RequestJson = Request,
    });
}
