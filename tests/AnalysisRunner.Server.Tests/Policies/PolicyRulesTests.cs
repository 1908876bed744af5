using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Policies;
using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Tests.Policies;

public sealed class PolicyRulesTests
{
    private static readonly SubmissionRequest Good = new()
    {
        Dataset = "ds1",
        AccessLevel = "test",
        Description = "x",
        Repository = "demo",
        Commit = new string('a', 40),
        Script = ["./run.sh"],
    };

    private static readonly NamedRepository Demo = new("demo", "https://github.com/owner/demo");

    private static readonly Caller Alice = new("Alice@Example.org");

    private static readonly DatasetPolicy Dataset = new()
    {
        Name = "ds1",
        Repositories = Set("demo"),
        Members = Set("alice@example.org", "bob@example.org", "ci:owner/demo"),
        Levels = new Dictionary<AccessLevel, IReadOnlySet<string>?> { [AccessLevel.Test] = null, [AccessLevel.Full] = Set("bob@example.org") },
        ImagePrefixes = ["registry.example.org/"],
        DriverImage = "elsewhere.example.org/driver:1",
        IsUnenforced = true,
    };

    public static TheoryData<string, string, string[]> Rows => new()
    {
        { "a member may run an allowed repository at test", "", [] },
        { "unknown dataset", "dataset=nothing", [PolicyCodes.DatasetUnknown] },
        { "not a member, whatever else is wrong", "caller=mallory level=full repository=evil", [PolicyCodes.NotMember] },
        { "repository not on the list", "repository=evil", [PolicyCodes.RepositoryNotAllowed] },
        { "repository without an address", "repository=unknown", [PolicyCodes.RepositoryNotAllowed] },
        { "no repository", "repository=none", [PolicyCodes.RepositorylessNotAllowed] },
        { "no repository where that is allowed", "repository=none repositoryless", [] },
        { "level that the dataset lacks", "level=standard", [PolicyCodes.LevelNotAvailable] },
        { "level that does not exist", "level=root", [PolicyCodes.LevelNotAvailable] },
        { "level with members of its own", "level=full", [PolicyCodes.NotMemberOfLevel] },
        { "a member of the level", "level=full caller=bob@example.org", [] },
        { "a level that the engine cannot enforce", "level=full caller=bob@example.org enforced", [PolicyCodes.LevelNotEnforced] },
        { "test needs no enforcement", "enforced", [] },
        { "an identity enforces its level", "level=full caller=bob@example.org enforced identity=full", [] },
        { "an account of Slurm enforces nothing", "level=full caller=bob@example.org enforced account=full", [PolicyCodes.LevelNotEnforced] },
        { "an identity enforces no other level", "level=full caller=bob@example.org enforced identity=test", [PolicyCodes.LevelNotEnforced] },
        { "any image at test", "image=evil.example.org/x", [] },
        { "an image of another registry at full", "level=full caller=bob@example.org image=evil.example.org/x", [PolicyCodes.ImageNotAllowed] },
        { "an image that only looks like the registry's", "level=full caller=bob@example.org image=registry.example.org.evil/x", [PolicyCodes.ImageNotAllowed] },
        { "an image of the registry at full", "level=full caller=bob@example.org image=registry.example.org/x:1", [] },
        { "the server's own image by a digest, as a repeated run names it", "level=full caller=bob@example.org image=elsewhere.example.org/driver@sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b", [] },
        { "another image beside the server's own by a digest", "level=full caller=bob@example.org image=elsewhere.example.org/driver2@sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b", [PolicyCodes.ImageNotAllowed] },
        { "another tag of the server's own image at full", "level=full caller=bob@example.org image=elsewhere.example.org/driver:2", [PolicyCodes.ImageNotAllowed] },
        { "the server's own image at full", "level=full caller=bob@example.org image=elsewhere.example.org/driver:1", [] },
        { "private config", "private", [] },
        { "private config where that is forbidden", "private committed-only", [PolicyCodes.UncommittedConfigNotAllowed] },
        { "a workflow with its own repository", "workflow", [] },
        { "a workflow with another repository", "workflow repository=other", [PolicyCodes.OtherRepositoryOfWorkflow] },
        { "a workflow without a repository", "workflow repository=none repositoryless", [PolicyCodes.OtherRepositoryOfWorkflow] },
        { "everything at once", "repository=evil level=standard private committed-only", [PolicyCodes.RepositoryNotAllowed, PolicyCodes.LevelNotAvailable, PolicyCodes.UncommittedConfigNotAllowed] },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_rule_objects_to_what_it_is_for_and_to_nothing_else(string what, string conditions, string[] codes) =>
        PolicyRules.Check(Question(conditions)).Select(problem => problem.Code).ShouldBe(codes, what);

    [Fact]
    public void Every_rule_is_in_the_table()
    {
        var covered = Rows.SelectMany(row => (string[])row[2]).ToHashSet();
        covered.Count.ShouldBe(PolicyRules.Access.Count + PolicyRules.Permissions.Count);
    }

    [Fact]
    public void Only_members_may_see_and_drivers_see_their_own()
    {
        var policy = Policy(Dataset);
        policy.MaySee(Alice, "g", "ds1").ShouldBeTrue();
        policy.MaySee(Alice, "g", "nothing").ShouldBeFalse();
        policy.MaySee(new Caller("mallory"), "g", "ds1").ShouldBeFalse();
        policy.MaySee(new Caller("alice@example.org", "g"), "g", "nothing").ShouldBeTrue();
        policy.MaySee(new Caller("alice@example.org", "g"), "h", "ds1").ShouldBeFalse();
        policy.DatasetsOf(Alice).ShouldBe(["ds1"]);
        policy.DatasetsOf(new Caller("mallory")).ShouldBeEmpty();
    }

    private static PolicyQuestion Question(string conditions)
    {
        var (dataset, request, caller, repository) = (Dataset, Good, Alice, (NamedRepository?)Demo);
        foreach (var condition in conditions.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = condition.Split('=') is [var left, var right] ? (left, right) : (condition, "");
            switch (name)
            {
                case "dataset": request = request with { Dataset = value }; break;
                case "caller": caller = new Caller(value); break;
                case "level": request = request with { AccessLevel = value }; break;
                case "image": request = request with { Image = value }; break;
                case "enforced": dataset = dataset with { IsUnenforced = false }; break;
                case "identity": dataset = dataset with { Identities = Identity(value, new JobIdentity { User = "someone" }) }; break;
                case "account": dataset = dataset with { Identities = Identity(value, new JobIdentity { SlurmAccount = "somebody" }) }; break;
                case "repositoryless": dataset = dataset with { Repositoryless = new HashSet<AccessLevel> { AccessLevel.Test } }; break;
                case "committed-only": dataset = dataset with { AllowsUncommittedConfig = false }; break;
                case "private": request = request with { Config = [new ConfigLayer("committed.toml"), new ConfigLayer("private.toml", "x = 1")] }; break;
                case "workflow": caller = new Caller("ci:owner/demo") { Repository = Demo.Url }; break;
                case "repository":
                    request = request with { Repository = value == "none" ? null : value, Commit = value == "none" ? null : Good.Commit };
                    repository = value is "none" or "unknown" ? null : new NamedRepository(value, $"https://github.com/owner/{value}");
                    if (value == "other") dataset = dataset with { Repositories = Set("other") };
                    break;
                default: throw new ArgumentException(condition);
            }
        }
        return new PolicyQuestion(Policy(dataset), caller, request, repository);
    }

    private static Dictionary<AccessLevel, JobIdentity> Identity(string name, JobIdentity identity) =>
        new() { [AccessLevelNames.TryParse(name, out var level) ? level : throw new ArgumentException(name)] = identity };

    private static Policy Policy(DatasetPolicy dataset) => new() { Datasets = new Dictionary<string, DatasetPolicy> { [dataset.Name] = dataset } };

    private static HashSet<string> Set(params string[] names) => new(names, StringComparer.Ordinal);
}
