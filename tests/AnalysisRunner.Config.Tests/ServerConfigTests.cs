using AnalysisRunner.Toml;

namespace AnalysisRunner.Config.Tests;

/// <summary>Config as servers compose it (analysis-runner spec §4.2, appendix A.2) fits the built-in sections as it is.</summary>
public sealed class ServerConfigTests
{
    private const string Composed = """
        [hail]
        billing_project = "ds1"
        bucket = "cpg-ds1-hail"

        [workflow]
        ar-guid = "e812babb-5d0b-4c3b-9b39-0f0a4f1c2d3e"
        access_level = "test"
        dataset = "ds1"
        dataset_gcp_project = "ds1-proj"
        driver_image = "registry.example/images/driver:1.2"
        output_prefix = "out/v1"
        status_reporter = "metamist"

        [infrastructure]
        members_cache_location = "gs://members-cache"
        git_credentials_secret_name = "git-credentials"
        git_credentials_secret_project = "secrets-proj"

        [images]
        samtools = "registry.example/images/samtools:1.18"
        bwa-mem2 = "registry.example/images/bwa:2.2.1"

        [images.tools]
        gatk = "registry.example/images/gatk:4.4"

        [references]
        genome_build = "GRCh38"
        panel = "gs://references/panel.vcf.gz"

        [references.broad]
        ref_fasta = "gs://references/hg38.fasta"

        [storage.default]
        default = "gs://cpg-ds1-test"
        web = "gs://cpg-ds1-test-web"
        analysis = "gs://cpg-ds1-test-analysis"
        tmp = "gs://cpg-ds1-test-tmp"
        upload = "gs://cpg-ds1-test-upload"
        web_url = "https://test-web.example/ds1"

        [storage.ds1]
        default = "gs://cpg-ds1-test"
        web = "gs://cpg-ds1-test-web"
        analysis = "gs://cpg-ds1-test-analysis"
        tmp = "gs://cpg-ds1-test-tmp"
        upload = "gs://cpg-ds1-test-upload"
        web_url = "https://test-web.example/ds1"

        [storage.common-ds]
        default = "gs://cpg-common-ds-main"
        web = "gs://cpg-common-ds-main-web"
        analysis = "gs://cpg-common-ds-main-analysis"
        tmp = "gs://cpg-common-ds-main-tmp"
        upload = "gs://cpg-common-ds-main-upload"
        web_url = "https://main-web.example/common-ds"

        [storage.common-ds.test]
        default = "gs://cpg-common-ds-test"
        web = "gs://cpg-common-ds-test-web"
        analysis = "gs://cpg-common-ds-test-analysis"
        tmp = "gs://cpg-common-ds-test-tmp"
        upload = "gs://cpg-common-ds-test-upload"
        web_url = "https://test-web.example/common-ds"

        """;

    private const string Chosen = """
        [hail]
        backend = "batch"
        query_backend = "spark_local"
        pool_label = "large"
        cancel_after_n_failures = 3
        default_timeout = 3600
        default_memory = "highmem"
        dry_run = false
        delete_scratch_on_exit = true

        [workflow]
        name = "align"
        ref_fasta = "gs://references/hg38.fasta"
        default_jar_spec_revision = "abc123"

        [slack]
        channel = "#runs"
        token_secret_id = "slack-token"
        token_project_id = "secrets-proj"
        """;

    private static readonly Schema Mine = Schema.Parse(TomlDocument.Parse("[hello]\nword = { type = \"string\", default = \"Hi\" }", "hello.schema.toml"));

    // Composed is what a run is given; as a user's it is judged more strictly: any key that is not declared would be refused.
    [Theory]
    [InlineData(ConfigStage.Build)]
    [InlineData(ConfigStage.Run)]
    public void Every_key_of_a_composed_config_fits(ConfigStage stage)
    {
        ConfigRules.Check(Mine, [ConfigLayer.FromServer("server", Composed)], stage).ShouldBeEmpty();
        ConfigRules.Check(Mine, [ConfigLayer.FromUser("user", Composed)], stage).Select(p => (p.Code, p.Key)).ShouldBe(
            ConfigRules.ProtectedWorkflowKeys.Select(key => ("AR4150", "workflow." + key)));
    }

    [Fact]
    public void Every_key_that_users_set_and_tools_read_fits() =>
        ConfigRules.Check(Mine, [ConfigLayer.FromUser("user", Chosen)], ConfigStage.Run).ShouldBeEmpty();

    [Fact]
    public void Sections_of_other_tools_in_a_composed_config_are_theirs() =>
        ConfigRules.Check(Mine, [ConfigLayer.FromServer("server", Composed), ConfigLayer.FromServer("project", "[buckets]\nweb = \"x\"\n[dataproc]\nregion = \"r\"")], ConfigStage.Run)
            .ShouldBeEmpty();

    [Fact]
    public void Merging_and_writing_a_composed_config_changes_nothing()
    {
        var merged = MergedConfig.Merge(ConfigLayer.FromServer("server", Composed));
        var again = MergedConfig.Merge(ConfigLayer.FromServer("server", merged.ToToml()));
        again.Values().Select(node => (node.Path, node.Value.AsString())).ShouldBe(merged.Values().Select(node => (node.Path, node.Value.AsString())));
        again.Values().Count().ShouldBe(42);
    }
}
