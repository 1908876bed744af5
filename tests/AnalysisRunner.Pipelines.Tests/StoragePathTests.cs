using AnalysisRunner.Config;
using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Tests;

/// <summary>The worked examples of analysis-runner spec §5.2, and what it calls defects.</summary>
public sealed class StoragePathTests
{
    private static readonly AnalysisConfig Config = AtLevel("standard");

    [Fact]
    public void A_path_lies_in_the_storage_of_the_run()
    {
        Config.DatasetPath("a/b").ShouldBe("gs://m/a/b");
        Config.DatasetPath("").ShouldBe("gs://m/");
        Config.DatasetPath("a", category: "tmp").ShouldBe("gs://m-tmp/a");
        Config.DatasetPath("a", category: "").ShouldBe("gs://m/a");
    }

    [Fact]
    public void An_output_lies_below_the_output_prefix()
    {
        Config.OutputPath("x").ShouldBe("gs://m/p/q/x");
        Config.OutputPath("x", "web_url").ShouldBe("https://web.example/m/p/q/x");
        Config.OutputPath("").ShouldBe("gs://m/p/q/");
        Config.OutputPath("x", test: true).ShouldBe("gs://t/p/q/x");
    }

    [Fact]
    public void A_web_url_is_one_of_the_categories()
    {
        Config.WebUrl("report.html").ShouldBe("https://web.example/m/report.html");
        Config.WebUrl().ShouldBe("https://web.example/m/");
        Config.WebUrl("x", dataset: "other").ShouldBe("https://web.example/o/x");
    }

    [Fact]
    public void Test_storage_is_a_table_of_its_own_except_at_level_test()
    {
        Config.DatasetPath("a", test: true).ShouldBe("gs://t/a");
        Config.TestDatasetPath("a").ShouldBe("gs://t/a");
        Config.TestDatasetPath("a", "tmp").ShouldBe("gs://t-tmp/a");
        AtLevel("full").TestDatasetPath("a").ShouldBe("gs://t/a");
        AtLevel("test").TestDatasetPath("a").ShouldBe("gs://m/a");
    }

    [Fact]
    public void Another_dataset_has_its_own_storage_and_a_final_slash_is_not_doubled() =>
        Config.DatasetPath("a", dataset: "other").ShouldBe("s3://o/a");

    [Theory]
    [InlineData("/abs")]
    [InlineData("..")]
    [InlineData("../main/x")]
    [InlineData("a/../../x")]
    [InlineData("a/..")]
    [InlineData("%2e%2E/x")]
    [InlineData(".%2e?x")]
    [InlineData("..\\x")]
    [InlineData("gs://elsewhere/x")]
    [InlineData("a\nb")]
    public void A_suffix_never_leads_out_of_storage(string suffix)
    {
        Described.Code(() => Config.DatasetPath(suffix)).ShouldBe("AR5115");
        Described.Code(() => Config.OutputPath(suffix)).ShouldBe("AR5115");
        Described.Code(() => Config.WebUrl(suffix)).ShouldBe("AR5115");
        Described.Code(() => Config.TestDatasetPath(suffix)).ShouldBe("AR5115");
    }

    [Fact]
    public void The_refusal_names_the_line_of_the_pipeline_code()
    {
        var problem = Should.Throw<AnalysisRunnerException>(() => Config.TestDatasetPath("/abs")).Problems.ShouldHaveSingleItem();
        Path.GetFileName(problem.File).ShouldBe("StoragePathTests.cs");
        problem.Message.ShouldBe("\"/abs\" cannot be put below a dataset's storage: it is absolute, so the path could lie elsewhere. Give a relative path.");
    }

    [Theory]
    [InlineData("..a/b..")]
    [InlineData("a/.../b")]
    [InlineData("a%2eb")]
    public void Names_with_dots_are_names(string suffix) => Config.DatasetPath(suffix).ShouldBe("gs://m/" + suffix);

    [Fact]
    public void What_config_lacks_is_named_with_a_remedy()
    {
        Refused(AnalysisConfig.Empty, c => c.DatasetPath("a")).ShouldBe(("AR4124", "storage"));
        Refused(AnalysisConfig.Parse("storage = 1"), c => c.DatasetPath("a")).ShouldBe(("AR4124", "storage"));
        Refused(AnalysisConfig.Parse("[storage.x]"), c => c.DatasetPath("a")).ShouldBe(("AR4124", "storage.default"));
        Refused(Config, c => c.DatasetPath("a", dataset: "absent")).ShouldBe(("AR4124", "storage.absent"));
        Refused(Config, c => c.DatasetPath("a", category: "absent")).ShouldBe(("AR4124", "storage.default.absent"));
        Refused(Config, c => c.DatasetPath("a", category: "analysis")).ShouldBe(("AR4124", "storage.default.analysis"));
        Refused(Config, c => c.TestDatasetPath("a", dataset: "other")).ShouldBe(("AR4124", "storage.other.test"));
        Refused(Config, c => c.DatasetPath("a", category: "test")).ShouldBe(("AR4103", "storage.default.test"));
        Refused(AnalysisConfig.Parse("storage.default.default = \"gs://m\""), c => c.TestDatasetPath("a")).ShouldBe(("AR4123", "workflow.access_level"));
        Refused(AnalysisConfig.Parse("storage.default.default = \"gs://m\""), c => c.OutputPath("a")).ShouldBe(("AR4123", "workflow.output_prefix"));

        Should.Throw<ConfigException>(() => AnalysisConfig.Empty.DatasetPath("a")).Message
            .ShouldStartWith("The config cannot be used:\n  AR4124: The config has no section [storage], so paths in it are unknown.");
        Should.Throw<ConfigException>(() => Config.DatasetPath("a", dataset: "absent")).Message
            .ShouldContain("no section [storage.absent], so paths in it are unknown. A run has the sections of its dataset and of those that its dataset depends on: correct the name, or ask for permission to read \"absent\".");
        Should.Throw<ConfigException>(() => Config.DatasetPath("a", category: "absent")).Message
            .ShouldContain("in [storage.default]; it has \"default\", \"web_url\", \"analysis\", \"tmp\".");
    }

    [Theory]
    [InlineData("/abs")]
    [InlineData("../up")]
    [InlineData("gs://elsewhere")]
    [InlineData("")]
    public void An_output_prefix_never_leads_out_of_storage(string prefix) => Refused(
        AnalysisConfig.Parse($"workflow.output_prefix = \"{prefix}\"\nstorage.default.default = \"gs://m\""), c => c.OutputPath("a"))
        .ShouldBe(("AR4110", "workflow.output_prefix"));

    private static (string Code, string Key) Refused(AnalysisConfig config, Action<AnalysisConfig> ask)
    {
        var problem = Should.Throw<ConfigException>(() => ask(config)).Problems.ShouldHaveSingleItem();
        return (problem.Code, problem.Key);
    }

    private static AnalysisConfig AtLevel(string level) => AnalysisConfig.Parse($"""
        [workflow]
        access_level = "{level}"
        output_prefix = "p/q"
        [storage.default]
        default = "gs://m"
        web_url = "https://web.example/m"
        analysis = ""
        tmp = "gs://m-tmp"
        [storage.default.test]
        default = "gs://t"
        tmp = "gs://t-tmp"
        [storage.other]
        default = "s3://o/"
        web_url = "https://web.example/o"
        """);
}
