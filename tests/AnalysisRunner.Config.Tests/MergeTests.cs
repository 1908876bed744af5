using AnalysisRunner.Toml;

namespace AnalysisRunner.Config.Tests;

public sealed class MergeTests
{
    private static readonly MergedConfig Merged = MergedConfig.Merge(
        ConfigLayer.FromServer("server", "[workflow]\ndataset = \"d\"\n[a]\nlist = [1, 2]\nscalar = 1\n[a.table]\nx = 1"),
        ConfigLayer.FromUser("one.toml", "[a]\nlist = [3]\nscalar = { now = \"a table\" }\ntable = \"now a scalar\""),
        ConfigLayer.FromUser("two.toml", "\n\n[a]\nlist = [4]\n[b]\ny = 2"));

    [Fact]
    public void Tables_merge_and_everything_else_is_replaced()
    {
        Merged.Values().Select(node => node.Path + "=" + node.Value.RawText)
            .ShouldBe(["workflow.dataset=\"d\"", "a.list=[4]", "a.scalar.now=\"a table\"", "a.table=\"now a scalar\"", "b.y=2"]);
    }

    [Fact]
    public void Explains_which_layer_and_line_set_a_key_and_what_it_replaced() => Merged.Explain("a", "list").ShouldBe(
        "a.list = [4], set by two.toml (line 4)\n  replaced [3], set by one.toml (line 2)\n  replaced [1, 2], set by server (line 4)");

    [Fact]
    public void Explains_a_table_that_became_a_scalar() => Merged.Explain("a", "table").ShouldBe(
        "a.table = \"now a scalar\", set by one.toml (line 4)\n  replaced a table, set by server (line 6)");

    [Fact]
    public void Explains_nothing_about_a_key_that_nobody_set() => Merged.Explain("a", "nothing").ShouldBeNull();

    [Fact]
    public void An_empty_table_wipes_nothing() =>
        MergedConfig.Merge(ConfigLayer.FromUser("a", "x.y = 1"), ConfigLayer.FromUser("b", "[x]")).Find("x", "y").ShouldNotBeNull();

    [Fact]
    public void Quoted_keys_keep_their_text() =>
        MergedConfig.Merge(ConfigLayer.FromUser("a", "[x]\n\"a.b\" = 1")).Values().Single().Path.ShouldBe("x.\"a.b\"");

    [Fact]
    public void A_key_that_is_asked_for_is_got_or_explained()
    {
        Merged.Get("b", "y").Value.AsInteger().ShouldBe(2);
        Merged.TryGet(["b", "z"], out _).ShouldBeFalse();
        Merged.TryGet(["b", "y", "deeper"], out _).ShouldBeFalse();
        Should.Throw<ConfigException>(() => Merged.Get("a", "lists")).Problems.Single().Message
            .ShouldBe("There is no key \"lists\" in [a]; asked for was \"a -> lists\". Did you mean \"list\"?");
        Should.Throw<ConfigException>(() => Merged.Get("b", "y", "deeper")).Problems.Single().Message
            .ShouldStartWith("There is no key \"deeper\" in \"b.y\", which is the integer \"2\"");
        Should.Throw<ArgumentException>(() => Merged.Get());
    }

    [Fact]
    public void Lists_every_value_with_its_origin() => Merged.List().ShouldBe("""
        workflow.dataset = "d"  # server (line 2)
        a.list = [4]  # two.toml (line 4)
        a.scalar.now = "a table"  # one.toml (line 3)
        a.table = "now a scalar"  # one.toml (line 4)
        b.y = 2  # two.toml (line 6)

        """);

    [Fact]
    public void Lists_on_one_line_what_was_written_on_several() =>
        MergedConfig.Merge(ConfigLayer.FromUser("f.toml", "x = [\n  1, # one\n  2,\n]\ny = \"\"\"\na\nb\"\"\"")).List()
            .ShouldBe("x = [1, 2]  # f.toml (line 1)\ny = \"a\\nb\"  # f.toml (line 5)\n");

    [Fact]
    public void Lists_as_json_with_what_was_replaced()
    {
        using var json = System.Text.Json.JsonDocument.Parse(Merged.ListJson());
        var list = json.RootElement.EnumerateArray().Single(item => item.GetProperty("key").GetString() == "a.list");
        (list.GetProperty("value").GetString(), list.GetProperty("layer").GetString(), list.GetProperty("line").GetInt32()).ShouldBe(("[4]", "two.toml", 4));
        list.GetProperty("replaced").EnumerateArray().Select(item => item.GetProperty("value").GetString()).ShouldBe(["[3]", "[1, 2]"]);
        var table = json.RootElement.EnumerateArray().Single(item => item.GetProperty("key").GetString() == "a.table");
        table.GetProperty("replaced")[0].TryGetProperty("value", out _).ShouldBeFalse();
    }

    [Fact]
    public void Written_as_toml_it_reads_back_equal()
    {
        var text = Merged.ToToml();
        MergedConfig.Merge(ConfigLayer.FromServer("again", text)).ToToml().ShouldBe(text);
        text.ShouldBe("[workflow]\ndataset = \"d\"\n\n[a]\nlist = [4]\ntable = \"now a scalar\"\n\n[a.scalar]\nnow = \"a table\"\n\n[b]\ny = 2\n");
    }

    [Fact]
    public void The_servers_layer_is_made_from_values()
    {
        var server = ConfigLayer.FromServer("server", new TomlMap { ["workflow"] = new TomlMap { ["ar-guid"] = "g", ["dataset"] = "d\"\n[x]" } });
        var merged = MergedConfig.Merge(server, ConfigLayer.FromUser("user", new TomlMap { ["hello"] = new TomlMap { ["repeat"] = 2 } }));
        merged.Find("workflow", "dataset")!.Value.AsString().ShouldBe("d\"\n[x]");
        merged.Find("hello", "repeat")!.Value.AsInteger().ShouldBe(2);
        merged.Find("x").ShouldBeNull();
    }

    [Fact]
    public void What_python_cannot_read_is_refused_with_its_key() =>
        Should.Throw<TomlWriteException>(() => MergedConfig.Merge(ConfigLayer.FromUser("u", "[a]\nmixed = [1, \"2\"]")).ToToml()).Message.ShouldContain("a.mixed");

    [Fact]
    public void Captured_config_of_the_original_passes_the_built_in_sections()
    {
        const string Captured = """
            [hail]
            billing_project = "ds1"
            bucket = "cpg-ds1-hail"

            [workflow]
            ar-guid = "e812babb-0000-4000-8000-000000000000"
            access_level = "test"
            dataset = "ds1"
            dataset_gcp_project = "ds1-proj"
            driver_image = "img:1"
            output_prefix = "out/v1"
            status_reporter = "metamist"

            [infrastructure]
            members_cache_location = "gs://b/members"
            git_credentials_secret_name = "s"
            git_credentials_secret_project = "p"

            [images]
            samtools = "registry/samtools:1.18"
            [references]
            genome_build = "GRCh38"
            [references.broad]
            ref_fasta = "gs://b/f.fasta"
            [storage.default]
            default = "gs://cpg-ds1-main"
            web_url = "https://web/ds1"
            [storage.ds1.test]
            default = "gs://cpg-ds1-test"
            """;
        ConfigRules.Check(Schema.Parse(), [ConfigLayer.FromServer("server", Captured)], ConfigStage.Run).ShouldBeEmpty();
    }
}
