using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Policies.Rules;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Api;

/// <summary>What a caller is, may do and may look into.</summary>
internal sealed class Overview(IInvocationLog log, CurrentSettings current)
{
    private const int Recent = 5;
    private const int LookedAt = 1000;

    // The rules about a level as such; the others are about what is to run at it.
    private static readonly IPolicyRule[] LevelRules = [new LevelExistsRule(), new LevelMembershipRule(), new EnforcementRule()];

    /// <summary>Who the caller is.</summary>
    public async Task<WhoAmI> IdentifyAsync(Caller caller, CancellationToken cancellation)
    {
        var kind = caller.ArGuid is not null ? "driver" : caller.IsOwner ? "owner" : caller.Repository is not null ? "workflow" : "user";
        var datasets = caller.IsUser ? await DatasetsOfAsync(caller, cancellation) : [];
        return new WhoAmI(caller.Name, kind, datasets, caller.Repository, caller.ArGuid, current.Value.Administrators.Contains(caller.Principal));
    }

    /// <summary>The datasets that a user is in.</summary>
    public async Task<IReadOnlyList<DatasetSummary>> DescribeDatasetsAsync(Caller user, CancellationToken cancellation)
    {
        var policy = current.Policy;
        var found = new List<DatasetSummary>();
        foreach (var name in await DatasetsOfAsync(user, cancellation))
        {
            var page = await log.ListAsync(new InvocationQuery { Dataset = name, Limit = Recent }, cancellation);
            if (policy.Find(name) is { } dataset) found.Add(Describe(user, policy, dataset, [.. page.Records.Select(record => record.Invocation)]));
        }
        return found;
    }

    /// <summary>
    /// Refusals: to administrators all of them, also of requests that named no dataset there is; to others those of the datasets whose level full they may
    /// use, because they answer for its data.
    /// </summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6182</c> they may read none, or not those of this dataset.</exception>
    public async Task<IReadOnlyList<DenialSummary>> ListDenialsAsync(Caller user, string? dataset, long? before, int limit, CancellationToken cancellation)
    {
        if (!MayReadDenials(user, dataset))
        {
            throw new AnalysisRunnerException(
                EndCodes.DenialsNotAllowed,
                "Denials are read by those who may use level 'full' of their dataset, and by administrators; ask one of them, or have an administrator add you to 'administrators' of [server].");
        }
        IReadOnlyCollection<string>? datasets = dataset is not null ? [dataset] : ReadsAllDenials(user) ? null : AnsweredFor(user);
        var found = await log.ListDenialsAsync(limit, before, cancellation, datasets);
        return [.. found.Select(denial => new DenialSummary
        {
            Id = denial.Id,
            At = denial.At,
            DeniedTo = denial.What.DeniedTo,
            Dataset = denial.What.Dataset,
            Problems = denial.What.Problems,
            Request = denial.What.RequestJson,
        })];
    }

    /// <summary>Whether a user may read denials: of a dataset, or of any where none is named.</summary>
    public bool MayReadDenials(Caller user, string? dataset) =>
        ReadsAllDenials(user) || (AnsweredFor(user) is var own && (dataset is null ? own.Count > 0 : own.Contains(dataset, StringComparer.Ordinal)));

    private bool ReadsAllDenials(Caller user) => user.IsOwner || current.Value.Administrators.Contains(user.Principal);

    private List<string> AnsweredFor(Caller user)
    {
        var policy = current.Policy;
        return [.. policy.Datasets.Values.Where(one => one.IsMember(user) && MayUse(user, policy, one.Name, AccessLevel.Full)).Select(one => one.Name)];
    }

    private async Task<IReadOnlyList<string>> DatasetsOfAsync(Caller user, CancellationToken cancellation)
    {
        var named = current.Policy.DatasetsOf(user);
        if (named is not null) return [.. named.Order(StringComparer.Ordinal)];
        // A local runner takes any dataset: those that there is something of are meant.
        var page = await log.ListAsync(new InvocationQuery { Limit = LookedAt }, cancellation);
        return [.. page.Records.Select(record => record.Invocation.Dataset).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static DatasetSummary Describe(Caller user, Policy policy, DatasetPolicy dataset, IReadOnlyList<Invocation> recent) => new()
    {
        Name = dataset.Name,
        Project = dataset.Project,
        Repositories = dataset.Repositories is null ? null : [.. dataset.Repositories.Order(StringComparer.Ordinal)],
        Levels = [.. dataset.Levels.Keys.Order().Select(level =>
        {
            var problems = ProblemsOf(user, policy, dataset.Name, level);
            return new DatasetLevel(level, level.Namespace(), problems.Count == 0, dataset.Repositoryless.Contains(level), problems);
        })],
        AllowsUncommittedConfig = dataset.AllowsUncommittedConfig,
        IsUnenforced = dataset.IsUnenforced,
        Recent = recent,
    };

    private static bool MayUse(Caller user, Policy policy, string dataset, AccessLevel level) => ProblemsOf(user, policy, dataset, level).Count == 0;

    private static List<Problem> ProblemsOf(Caller user, Policy policy, string dataset, AccessLevel level)
    {
        var question = new PolicyQuestion(policy, user, new SubmissionRequest { Dataset = dataset, AccessLevel = level.ToName() });
        return [.. LevelRules.Select(rule => rule.Check(question)).OfType<Problem>()];
    }
}
