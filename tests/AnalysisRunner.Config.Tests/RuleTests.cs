using AnalysisRunner.Tests;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config.Tests;

public sealed class RuleTests
{
    [Theory]
    [MemberData(nameof(RuleCases.All), MemberType = typeof(RuleCases))]
    public void Config_is_judged_by_the_table(string name, string schema, string config, string expected)
    {
        name.ShouldNotBeEmpty();
        Codes(ConfigRules.Check(SchemaOf(schema), [ConfigLayer.FromUser("c.toml", config)], ConfigStage.Run)).ShouldBe(expected);
    }

    [Fact]
    public void Suggests_the_key_that_was_meant() => Only("[hello]\nrepeat = { type = \"integer\", default = 1 }", "[hello]\nrepaet = 1")
        .Message.ShouldBe("The schema of [hello] has no key \"repaet\", so nothing would read it. Did you mean \"repeat\"?");

    [Fact]
    public void Suggests_nothing_when_nothing_is_near() => Only("[hello]\nrepeat = { type = \"integer\", default = 1 }", "[hello]\nzzz = 1")
        .Message.ShouldEndWith("Correct the key, or declare it in a schema.");

    [Fact]
    public void Quotes_values_on_one_line_and_shortens_them()
    {
        var message = Only("a.x = { type = \"integer\" }", "a.x = \"\"\"\nline\n" + new string('x', 500) + "\"\"\"").Message;
        message.ShouldNotContain("\n");
        message.Length.ShouldBeLessThan(200);
    }

    [Theory]
    [InlineData("\"a\\nerror AR1: forged\" = 1")]
    [InlineData("[hello]\n\"\\u001b[31m\" = 1")]
    [InlineData("[hello]\n\"\\u2028\" = 1")]
    public void A_key_cannot_forge_a_line_of_the_log(string config) =>
        ConfigRules.Check(SchemaOf("[hello]\nrepeat = { type = \"integer\", default = 1 }"), [ConfigLayer.FromUser("c.toml", config)], ConfigStage.Run)
            .ShouldHaveSingleItem().ToString().ShouldAllBe(c => !char.IsControl(c) && c != '\u2028');

    [Fact]
    public void A_section_is_optional_only_if_every_file_says_so()
    {
        var schema = Schema.Parse(
            TomlDocument.Parse("[a]\noptional = true\nx = { type = \"integer\" }", "one.schema.toml"), TomlDocument.Parse("[a]\ny = { type = \"integer\", default = 1 }", "two.schema.toml"));
        Codes(ConfigRules.Check(schema, [ConfigLayer.FromUser("c.toml", "")], ConfigStage.Run)).ShouldBe("AR4102(1,1)");
    }

    [Fact]
    public void Every_schema_has_its_say_in_a_section_that_several_declare()
    {
        var schema = Schema.Parse(
            TomlDocument.Parse("[a]\nx = { type = \"integer\" }", "one.schema.toml"), TomlDocument.Parse("[a]\ny = { type = \"integer\" }", "two.schema.toml"));
        schema.Problems.ShouldBeEmpty();
        Codes(ConfigRules.Check(schema, [ConfigLayer.FromUser("c.toml", "[a]\nx = 1\nz = 1")], ConfigStage.Run)).ShouldBe("AR4102(1,2) AR4101(3,1)");
    }

    [Fact]
    public void Missing_keys_are_judged_on_all_layers_together()
    {
        var schema = SchemaOf("[a]\nx = { type = \"integer\" }\ny = { type = \"integer\" }");
        var left = ConfigLayer.FromUser("left.toml", "[a]\nx = 1");
        var right = ConfigLayer.FromUser("right.toml", "\n[a]\ny = 1");
        ConfigRules.Check(schema, [left, right], ConfigStage.Run).ShouldBeEmpty();

        var incomplete = ConfigRules.Check(schema, [left, ConfigLayer.FromUser("right.toml", "\n[a]")], ConfigStage.Run).ShouldHaveSingleItem();
        (incomplete.File, incomplete.Code, incomplete.Span.Line, incomplete.Span.Column, incomplete.Key).ShouldBe(("right.toml", "AR4102", 2, 2, "a.y"));
    }

    [Fact]
    public void Keys_that_the_server_supplies_are_missed_at_run_time_only()
    {
        var schema = SchemaOf("[workflow]\ndataset = { type = \"string\" }\n[references]\nfasta = { type = \"path\" }\n[workflow.mine]\ntype = \"string\"");
        var layers = new[] { ConfigLayer.FromUser("c.toml", "[workflow]\nmine = \"x\"") };
        Codes(ConfigRules.Check(schema, layers, ConfigStage.Build)).ShouldBe("");
        Codes(ConfigRules.Check(schema, layers, ConfigStage.Run)).ShouldBe("AR4102(1,1) AR4102(1,2)");
    }

    [Fact]
    public void A_users_own_key_in_a_section_of_the_server_is_missed_in_the_build()
    {
        var schema = SchemaOf("[workflow]\nmine = { type = \"string\" }");
        Codes(ConfigRules.Check(schema, [ConfigLayer.FromUser("c.toml", "[workflow]\nname = \"x\"")], ConfigStage.Build)).ShouldBe("AR4102(1,2)");
    }

    [Fact]
    public void A_config_that_the_server_composed_may_hold_sections_of_others()
    {
        var schema = SchemaOf("[hello]\nrepeat = { type = \"integer\" }");
        const string Composed = "[workflow]\nar-guid = \"g\"\nnew_key = 1\n[slack]\nchannel = \"c\"\n[hello]\nrepeat = 1\nx = 1";
        Codes(ConfigRules.Check(schema, [ConfigLayer.FromServer("composed", Composed)], ConfigStage.Run)).ShouldBe("AR4101(8,1)");
    }

    [Fact]
    public void A_library_does_not_judge_the_sections_of_its_users()
    {
        var files = new[] { SchemaFile.Parse(TomlDocument.Parse("[hello]\nrepeat = { type = \"integer\" }", "lib.schema.toml")) };
        var schema = Schema.Combine(files, isComplete: false);
        Codes(ConfigRules.Check(schema, [ConfigLayer.FromUser("c.toml", "[hello]\nrepeat = 0.5\nx = 1\n[theirs]\ny = 2")], ConfigStage.Run)).ShouldBe("AR4103(2,10)");
    }

    [Fact]
    public void Without_any_schema_only_the_servers_sections_are_judged() =>
        Codes(ConfigRules.Check(Schema.Parse(), [ConfigLayer.FromUser("c.toml", "[anything]\nx = 1\n[workflow]\ndataset = \"d\"\nname = 1")], ConfigStage.Build))
            .ShouldBe("AR4150(4,1) AR4103(5,8)");

    [Fact]
    public void The_servers_own_layer_may_set_protected_keys() =>
        ConfigRules.CheckProtectedKeys(ConfigLayer.FromServer("server", "[workflow]\naccess_level = \"test\"")).ShouldBeEmpty();

    [Theory]
    [InlineData("[workflow]\naccess_level = \"full\"")]
    [InlineData("workflow.access_level = \"full\"")]
    [InlineData("workflow = { access_level = \"full\" }")]
    [InlineData("[workflow]\n\"access_level\" = \"full\"")]
    [InlineData("[workflow]\n\"access\\u005flevel\" = \"full\"")]
    [InlineData("[workflow.access_level]\nx = 1")]
    [InlineData("[[workflow]]\naccess_level = \"full\"")]
    [InlineData("workflow = \"none\"")]
    public void A_protected_key_is_refused_however_it_is_written(string config) =>
        ConfigRules.CheckProtectedKeys(ConfigLayer.FromUser("c.toml", config)).ShouldHaveSingleItem().Code.ShouldBe("AR4150");

    private static ConfigProblem Only(string schema, string config) =>
        ConfigRules.Check(SchemaOf(schema), [ConfigLayer.FromUser("c.toml", config)], ConfigStage.Run).ShouldHaveSingleItem();

    private static Schema SchemaOf(string text)
    {
        var schema = Schema.Parse(TomlDocument.Parse(text, "t.schema.toml"));
        schema.Problems.ShouldBeEmpty();
        return schema;
    }

    private static string Codes(IEnumerable<ConfigProblem> problems) => string.Join(" ", problems.Select(p => $"{p.Code}({p.Span.Line},{p.Span.Column})"));
}
