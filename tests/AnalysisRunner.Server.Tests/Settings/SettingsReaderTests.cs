using System.Runtime.CompilerServices;
using AnalysisRunner.Config;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Tests.Settings;

public sealed class SettingsReaderTests : IDisposable
{
    private const string Least =
        """
        [server]
        state = "state"
        public_url = "https://runner.example.org/"

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("settings-").FullName;

    private string SettingsFile => Path.Combine(_folder, "server.toml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_least_has_safe_defaults()
    {
        var settings = Read(Least + "[datasets.ds1]\n");

        settings.Fixed.State.ShouldBe(Path.Combine(_folder, "state"));
        settings.Fixed.PublicUrl.ShouldBe("https://runner.example.org");
        settings.Code.DefaultBranch.ShouldBe("main");
        settings.Issuers.ShouldBeEmpty();
        var dataset = settings.Policy.Find("ds1").ShouldNotBeNull();
        dataset.Levels.Keys.ShouldBe([AccessLevel.Test]);
        dataset.Members.ShouldBeEmpty();
        dataset.Repositories.ShouldNotBeNull().ShouldBeEmpty();
        dataset.Repositoryless.ShouldBeEmpty();
        dataset.IsUnenforced.ShouldBeFalse();
        settings.Policy.Find("ds2").ShouldBeNull();
    }

    [Fact]
    public void A_cluster_is_read_and_equal_settings_are_equal()
    {
        const string Cluster = "engine = \"slurm\"\n[slurm]\npartition = \"long,short\"\naccount = \"genomics\"\noptions = [\"gres=gpu:1\", \"nice=10\"]\nmemory_growth = 1.5\n";

        var slurm = Read(Least + Cluster).Fixed.Slurm.ShouldNotBeNull();

        slurm.ShouldBe(Read(Least + Cluster).Fixed.Slurm);
        slurm.ShouldNotBe(Read(Least + Cluster.Replace("nice=10", "nice=11", StringComparison.Ordinal)).Fixed.Slurm);
        (slurm.Partition, slurm.Account, slurm.DriverPartition, slurm.MemoryGrowth, slurm.VisibilityLimit).ShouldBe(("long,short", "genomics", null, 1.5, TimeSpan.FromMinutes(1)));
        slurm.Placement().Options.ShouldBe(new Dictionary<string, string> { ["gres"] = "gpu:1", ["nice"] = "10" });
        Read(Least + "[slurm]\npartition = \"long\"\n").Fixed.Slurm.ShouldBeNull();
    }

    [Fact]
    public void Jobs_are_placed_and_charged_by_dataset_and_level()
    {
        const string Datasets =
            """
            engine = "slurm"
            [slurm]
            images = "run"
            containers = "apptainer"
            [datasets.d]
            levels = ["test", "full"]
            [datasets.d.identity]
            full = { slurm_account = "production" }
            [datasets.d.slurm]
            test = { partition = "short", qos = "low", options = ["nice=100"] }
            full = { constraint = "bigmem&ssd" }

            """;

        var settings = Read(Least + Datasets);

        var dataset = settings.Policy.Find("d").ShouldNotBeNull();
        dataset.Identities[AccessLevel.Full].ShouldBe(new JobIdentity { SlurmAccount = "production", GroupsOf = dataset.Identities[AccessLevel.Full].GroupsOf });
        var test = dataset.SlurmPlacements[AccessLevel.Test];
        (test.Partition, test.Account, test.Qos, test.Constraint).ShouldBe(("short", null, "low", null));
        test.Options.ShouldBe(new Dictionary<string, string> { ["nice"] = "100" });
        dataset.SlurmPlacements[AccessLevel.Full].Constraint.ShouldBe("bigmem&ssd");
        (settings.Fixed.Slurm!.Images, settings.Fixed.Slurm.Containers).ShouldBe(("run", "apptainer"));
    }

    [Fact]
    public void The_documented_example_is_right()
    {
        var page = File.ReadAllText(PageFile());
        var start = page.IndexOf("```toml\n", StringComparison.Ordinal) + "```toml\n".Length;
        var settings = Read(page[start..page.IndexOf("```", start, StringComparison.Ordinal)]);

        settings.Fixed.Storage.ShouldBe("/data/cpg-{dataset}-{namespace}");
        settings.Issuers.Select(issuer => issuer.Name).ShouldBe(["google", "github"]);
        var dataset = settings.Policy.Find("fewgenomes")!;
        dataset.Members.ShouldContain("github:populationgenomics/fewgenomes");
        dataset.Levels[AccessLevel.Full].ShouldNotBeNull().ShouldBe(["alice@example.org"]);
        dataset.Levels[AccessLevel.Standard].ShouldBeNull();
        KnownRepositories.Locate(settings.Code, KnownRepositories.Find(settings.Code, "old-pipeline")!).DefaultBranch.ShouldBe("master");
    }

    [Fact]
    public void Every_key_is_documented_and_nothing_else_is()
    {
        var documented = File.ReadAllLines(PageFile()).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]).ToList();
        var known = SettingsReader.Schema.Root.Children.SelectMany(Keys).ToList();
        documented.ShouldBe(known, ignoreOrder: true);
        foreach (var line in File.ReadAllLines(PageFile()).Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            var key = line.Split('`')[1];
            SettingsReader.Schema.Root.Children.SelectMany(Descriptions).ShouldContain(text => line.EndsWith($"| {text} |", StringComparison.Ordinal), key);
        }
    }

    [Fact]
    public void Config_store_and_storage_are_folders_or_buckets()
    {
        var settings = Read(Least.TrimEnd() + "\nconfig_store = \"gs://config/runs/\"\nstorage = \"s3://cpg-{dataset}-{namespace}\"\n[datasets.d]\nunenforced = true\nstore_credentials = \"server\"\n");

        (settings.Fixed.ConfigStore, settings.Fixed.Storage).ShouldBe(("gs://config/runs", "s3://cpg-{dataset}-{namespace}"));
        settings.Policy.Datasets["d"].LendsStoreCredentials.ShouldBeTrue();
    }

    public static TheoryData<string, string, int, string> Mistakes => new()
    {
        { "unknown = 1", "AR4101", 4, "server.unknown" },
        { "driver_image = 3", "AR4103", 4, "server.driver_image" },
        { "[slurm]\npartition = \"a b\"", "AR6243", 5, "slurm.partition" },
        { "[slurm]\noptions = [\"output=/etc/passwd\"]", "AR6243", 5, "slurm.options" },
        { "[slurm]\naccount = \"--wrap=x\"", "AR6243", 5, "slurm.account" },
        { "engine = \"magic\"", "AR4106", 4, "server.engine" },
        { "database = \"mysql\"", "AR6130", 4, "server.database" },
        { "database = \"Host=db;Colour=red\"", "AR6130", 4, "server.database" },
        { "database = \"Database=log\"", "AR6130", 4, "server.database" },
        { "config_store = \"ftp://bucket/config\"", "AR6044", 4, "server.config_store" },
        { "config_store = \"gs://\"", "AR6044", 4, "server.config_store" },
        { "storage = \"s3://{dataset}/../{namespace}\"", "AR6044", 4, "server.storage" },
        { "[datasets.d]\nstore_credentials = \"server\"", "AR6044", 5, "datasets.d.store_credentials" },
        { "[datasets.d]\nstore_credentials = \"mine\"\nunenforced = true", "AR4106", 5, "datasets.d.store_credentials" },
        { "config_store = \"file://relative\"", "AR6044", 4, "server.config_store" },
        { "storage = \"file:///data/{dataset}\"", "AR6044", 4, "server.storage" },
        { "repository_base = \"ext::sh -c id\"", "AR6044", 4, "server.repository_base" },
        { "repository_base = \"https://user:pass@github.com/\"", "AR6044", 4, "server.repository_base" },
        { "git_credentials = \"absent\"", "AR6044", 4, "server.git_credentials" },
        { "image_credentials = \"absent\"", "AR6044", 4, "server.image_credentials" },
        { "image_credentials = \"server.toml\"", "AR6044", 4, "server.image_credentials" },
        { "[retention]\nscratch = \"soon\"", "AR4110", 5, "retention.scratch" },
        { "[retention]\nlogs_size_mb = -1", "AR4104", 5, "retention.logs_size_mb" },
        { "fetch_time_limit = \"soon\"", "AR4110", 4, "server.fetch_time_limit" },
        { "[datasets.Bad_Name]", "AR6044", 4, "datasets.Bad_Name" },
        { "[datasets.d]\nlevels = [\"root\"]", "AR4106", 5, "datasets.d.levels[0]" },
        { "[datasets.d]\nrepositories = [\"r\"]", "AR6044", 5, "datasets.d.repositories" },
        { "[repositories.r]\nurl = \"https://h/r\"\n[datasets.d]\nrepositories = [\"../r\", \"r\"]", "AR6044", 7, "datasets.d.repositories" },
        { "[datasets.d]\nmembers_file = \"absent.txt\"", "AR6044", 5, "datasets.d.members_file" },
        { "[datasets.d.full]\nmembers = [\"a\"]", "AR6044", 4, "datasets.d.full" },
        { "[datasets.d]\nmember = [\"a\"]", "AR4101", 5, "datasets.d.member" },
        { "[datasets.d]\napproval = true", "AR4101", 5, "datasets.d.approval" },
        { "pass_environment = [\"HTTPS_PROXY\", \"LD_PRELOAD\"]", "AR6044", 4, "server.pass_environment" },
        { "pass_environment = [\"A B\"]", "AR6044", 4, "server.pass_environment" },
        { "approval_time_limit = \"soon\"", "AR4110", 4, "server.approval_time_limit" },
        { "[datasets.d.identity]\ntest = { s3_role = \"arn:aws:iam::1:role/r\" }", "AR6081", 5, "datasets.d.identity.test.s3_role" },
        { "[datasets.d.identity]\ntest = { user = \"daemon\", s3_role = \"r\" }", "AR6081", 5, "datasets.d.identity.test.s3_role" },
        { "engine = \"slurm\"\n[datasets.d.identity]\ntest = { s3_role = \"arn:aws:iam::1:role/r\" }", "AR6081", 6, "datasets.d.identity.test.s3_role" },
        { "[datasets.d]\nstore_credentials = \"server\"\nunenforced = true\n[datasets.d.identity]\ntest = { user = \"daemon\", s3_role = \"arn:aws:iam::1:role/r\" }", "AR6081", 8, "datasets.d.identity.test.s3_role" },
        { "[datasets.d.identity]\ntest = { gcs_service_account = \"a@p.iam.gserviceaccount.com\" }", "AR6081", 5, "datasets.d.identity.test.gcs_service_account" },
        { "[datasets.d.identity]\ntest = { user = \"daemon\", gcs_service_account = \"a@example.org\" }", "AR6081", 5, "datasets.d.identity.test.gcs_service_account" },
        { "[datasets.d.identity]\ntest = { user = \"daemon\", gcs_service_account = \"a/b@p.iam.gserviceaccount.com\" }", "AR6081", 5, "datasets.d.identity.test.gcs_service_account" },
        { "engine = \"slurm\"\n[datasets.d.identity]\ntest = { gcs_service_account = \"a@p.iam.gserviceaccount.com\" }", "AR6081", 6, "datasets.d.identity.test.gcs_service_account" },
        { "[datasets.d]\nstore_credentials = \"server\"\nunenforced = true\n[datasets.d.identity]\ntest = { user = \"daemon\", gcs_service_account = \"a@p.iam.gserviceaccount.com\" }", "AR6081", 8, "datasets.d.identity.test.gcs_service_account" },
        { "[datasets.d.identity]\ntest = { user = \"daemon\", s3_role = \"arn:aws:iam::1:role/r\" }\n[datasets.e.identity]\ntest = { user = \"bin\", s3_role = \"arn:aws:iam::1:role/r\" }", "AR6081", 7, "datasets.e.identity.test.s3_role" },
        { "[datasets.d.identity]\ntest = { slurm_account = \"a\" }", "AR6081", 5, "datasets.d.identity.test.slurm_account" },
        { "engine = \"slurm\"\n[datasets.d.identity]\ntest = { slurm_user = \"daemon\" }", "AR6081", 6, "datasets.d.identity.test.slurm_user" },
        { "engine = \"slurm\"\n[datasets.d.identity]\ntest = { slurm_account = \"a --uid=0\" }", "AR6243", 6, "datasets.d.identity.test.slurm_account" },
        { "engine = \"slurm\"\n[datasets.d.slurm]\ntest = { partition = \"-x\" }", "AR6243", 6, "datasets.d.slurm.test.partition" },
        { "engine = \"slurm\"\n[datasets.d.slurm]\ntest = { options = [\"wrap=x\"] }", "AR6243", 6, "datasets.d.slurm.test.options" },
        { "engine = \"slurm\"\n[datasets.d.slurm]\nfull = { partition = \"main\" }", "AR6044", 6, "datasets.d.slurm.full" },
        { "engine = \"slurm\"\n[datasets.d.slurm]\ntest = { account = \"a\" }", "AR4101", 6, "datasets.d.slurm.test.account" },
        { "[datasets.d.slurm]\ntest = { partition = \"main\" }", "AR6252", 4, "datasets.d.slurm" },
        { "[slurm]\nimages = \"yes\"", "AR4106", 5, "slurm.images" },
        { "engine = \"slurm\"\n[datasets.d.identity]\ntest = { user = \"daemon\" }", "AR6081", 6, "datasets.d.identity.test.user" },
        { "[datasets.d.identity]\ntest = {}", "AR6044", 5, "datasets.d.identity.test" },
        { "[datasets.d.identity]\nnothing = { user = \"root\" }", "AR6044", 5, "datasets.d.identity.nothing" },
        { "[datasets.d.identity]\ntest = { user = \"root\" }", "AR6080", 5, "datasets.d.identity.test.user" },
        { "[webhooks.w]\nurl = \"http://hooks.example.org/\"\nsecret_environment = \"S\"", "AR6044", 5, "webhooks.w.url" },
        { "[webhooks.w]\nurl = \"https://h\"", "AR6044", 4, "webhooks.w" },
        { "[webhooks.w]\nurl = \"https://h\"\nsecret_file = \"absent\"", "AR6044", 6, "webhooks.w.secret_file" },
        { "[webhooks.w]\nurl = \"https://h\"\nsecret_file = \"server.toml\"\nsecret_environment = \"S\"", "AR6044", 7, "webhooks.w.secret_environment" },
        { "[webhooks.w]\nurl = \"https://h\"\nsecret_environment = \"S\"\ndatasets = [\"none\"]", "AR6044", 7, "webhooks.w.datasets" },
        { "[mail]\nhost = \"h\"\nfrom = \"runner\"", "AR6044", 6, "mail.from" },
        { "[mail]\nhost = \"h\"\nfrom = \"r@h\"\nuser = \"u\"", "AR6044", 4, "mail" },
        { "[mail]\nhost = \"h\"\nfrom = \"r@h\"\ntls = false\nuser = \"u\"\npassword_environment = \"P\"", "AR6044", 8, "mail.user" },
        { "[datasets.d]\nmail = [\"submitter\"]", "AR6044", 5, "datasets.d.mail" },
        { "[mail]\nhost = \"h\"\nfrom = \"r@h\"\n[datasets.d]\nmail = [\"everybody\"]", "AR6044", 8, "datasets.d.mail" },
        { "[identity.i]\nissuer = \"http://issuer.example.org\"\naudiences = [\"a\"]", "AR6044", 5, "identity.i.issuer" },
        { "[identity.i]\nissuer = \"https://i\"\naudiences = []", "AR4107", 6, "identity.i.audiences" },
        { "[identity.i]\naudiences = [\"a\"]", "AR4102", 4, "identity.i.issuer" },
        { "[identity.i]\nissuer = \"https://i\"\naudiences = [\"a\"]\n[identity.j]\nissuer = \"https://i\"\naudiences = [\"b\"]", "AR6044", 8, "identity.j.issuer" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Refuses_each_mistake_at_its_line(string text, string code, int line, string key)
    {
        var problems = Refusal(Least.TrimEnd() + "\n" + text + "\n").Where(problem => problem.Field == key).ToList();

        var problem = problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(code);
        problem.Line.ShouldBe(line);
        problem.File.ShouldBe(SettingsFile);
    }

    [Fact]
    public void Finds_everything_at_once_in_the_order_of_the_file()
    {
        var problems = Refusal(
            """
            [server]
            public_url = "gopher://x"
            databse = "sqlite"
            [identity.a]
            issuer = "nonsense"
            audiences = "a"
            [datasets.UPPER]
            repositories = ["r"]
            """);

        problems.Select(problem => (problem.Code, problem.Line)).ShouldBe(
            [("AR4102", 1), ("AR6044", 2), ("AR4101", 3), ("AR6044", 5), ("AR4103", 6), ("AR6044", 7), ("AR6044", 8)]);
    }

    [Fact]
    public void Mistakes_of_syntax_have_their_lines_too() => Refusal(Least + "[datasets.\n").ShouldContain(problem => problem.Line == 4 && problem.Code.StartsWith("AR40", StringComparison.Ordinal));

    [Fact]
    public void The_environment_of_the_original_is_a_layer_below_the_file()
    {
        File.WriteAllText(Path.Combine(_folder, "ds1-analysis-members.txt"), "alice@example.org\n\n");
        File.WriteAllText(Path.Combine(_folder, "ds2-analysis-members.txt"), "\n");
        var environment = new Dictionary<string, string>
        {
            ["SERVER_CONFIG"] = """{"ds1": {"gcp": {"projectId": "p1", "testToken": "t", "fullToken": "t"}, "allowedRepos": ["demo"]}, "ds2": {"allowedRepos": []}}""",
            ["MEMBERS_CACHE_LOCATION"] = _folder + "/",
            ["DRIVER_IMAGE"] = "registry.example.org/driver:1",
        };

        var settings = Read(Least + "repository_base = \"https://github.com/populationgenomics/\"\n[datasets.ds1]\nunenforced = true\n", environment);

        settings.DriverImage.ShouldBe("registry.example.org/driver:1");
        var dataset = settings.Policy.Find("ds1")!;
        dataset.Project.ShouldBe("p1");
        dataset.Levels.Keys.ShouldBe([AccessLevel.Test, AccessLevel.Full], ignoreOrder: true);
        dataset.Members.ShouldBe(["alice@example.org"]);
        dataset.Repositories!.ShouldBe(["demo"]);
        dataset.IsUnenforced.ShouldBeTrue();
        settings.Policy.Find("ds2")!.Project.ShouldBeNull();
        settings.Policy.Find("ds2")!.Levels.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{\"ds1\": 5}")]
    public void A_malformed_environment_is_refused(string json) =>
        Should.Throw<AnalysisRunnerException>(() => Read(Least, new Dictionary<string, string> { ["SERVER_CONFIG"] = json })).Problems[0].Code.ShouldBe(PolicyCodes.Settings);

    [Theory]
    [InlineData("demo", "demo", "https://github.com/owner/demo")]
    [InlineData("https://github.com/owner/demo", "demo", "https://github.com/owner/demo")]
    [InlineData("git@github.com:owner/demo.git", "demo", "https://github.com/owner/demo")]
    [InlineData("https://gitlab.example.org/x/special", "special", "https://gitlab.example.org/x/special")]
    [InlineData("special", "special", "https://gitlab.example.org/x/special")]
    [InlineData("https://github.com/owner/special", null, null)]
    [InlineData("https://github.com/evil/demo", null, null)]
    [InlineData("https://github.com/owner/../evil/demo", null, null)]
    [InlineData("--upload-pack=touch /tmp/x", null, null)]
    [InlineData("ext::sh -c id", null, null)]
    [InlineData("../demo", null, null)]
    [InlineData("demo\n", null, null)]
    public void A_repository_is_found_by_name_and_by_address(string given, string? name, string? url)
    {
        var settings = Read(Least + "repository_base = \"https://github.com/owner/\"\n[repositories.special]\nurl = \"https://gitlab.example.org/x/special\"\n");
        var found = KnownRepositories.Find(settings.Code, given);
        found?.Name.ShouldBe(name);
        found?.Url.ShouldBe(url);
        (found is null).ShouldBe(name is null);
    }

    private ServerSettings Read(string text, Dictionary<string, string>? environment = null)
    {
        File.WriteAllText(SettingsFile, text);
        return new SettingsSource(SettingsFile, ReplacedEnvironment.Read(name => environment?.GetValueOrDefault(name))).Read();
    }

    private IReadOnlyList<Problem> Refusal(string text) => Should.Throw<AnalysisRunnerException>(() => Read(text)).Problems;

    private static IEnumerable<string> Keys(SchemaNode node) => Fields(node).SelectMany(field =>
        field is SchemaValue { Items.Fields: { } items } ? items.Children.Select(child => $"{field.Key}.<level>.{child.Key}") :
        field is SchemaValue { Fields: { } inner } ? inner.Children.Select(child => $"{field.Key}.{child.Key}") : [field.Key]);

    private static IEnumerable<string> Descriptions(SchemaNode node) =>
        Fields(node).SelectMany(field => field is SchemaValue { Items.Fields: { } items } ? items.Children.Select(child => child.Description!) : field is SchemaValue { Fields: { } inner } ? inner.Children.Select(child => child.Description!) : [field.Description!]);

    private static IReadOnlyList<SchemaNode> Fields(SchemaNode node) => node switch
    {
        SchemaSection section => section.Children,
        SchemaValue { Fields: { } fields } => fields.Children,
        _ => ((SchemaValue)node).Items!.Fields!.Children,
    };

    private static string PageFile([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/reference/server-config.md");
}
