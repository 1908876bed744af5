using AnalysisRunner.Config;
using AnalysisRunner.Tests;

namespace AnalysisRunner.Generators.Tests;

public sealed class ConfigDiagnostics
{
    private const string Hello = "[hello]\nrepeat = { type = \"integer\", minimum = 1 }\nword = { type = \"string\", default = \"Hi\" }";

    [Theory]
    [MemberData(nameof(RuleCases.All), MemberType = typeof(RuleCases))]
    public void The_compiler_and_the_running_program_agree_with_the_table(string name, string schema, string config, string expected)
    {
        name.ShouldNotBeEmpty();
        var compiler = new ProjectUnderTest().Schema(schema).Config(config, "/demo/c.toml").Diagnostics();
        var verdicts = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(verdict => verdict.Insert(6, " c.toml"));
        compiler.ShouldBe(verdicts.Order(StringComparer.Ordinal));

        // The running program reads deprecated keys without a word.
        RunTime(schema, config).ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(verdict => !verdict.StartsWith("AR4109", StringComparison.Ordinal)));
    }

    [Fact]
    public void Files_merge_in_item_order_before_anything_is_missing()
    {
        new ProjectUnderTest().Schema(Hello)
            .Config("[hello]\nword = \"x\"", "/demo/z.toml", order: 0).Config("[hello]\nrepeat = 1", "/demo/a.toml", order: 1)
            .Diagnostics().ShouldBeEmpty();
        // The last file that has the section is where a missing key belongs.
        new ProjectUnderTest().Schema(Hello)
            .Config("\n[hello]", "/demo/z.toml", order: 10).Config("[hello]", "/demo/a.toml", order: 9)
            .Diagnostics().ShouldBe(["AR4102 z.toml(2,2)"]);
    }

    [Fact]
    public void A_file_that_is_listed_twice_is_judged_once_where_it_is_last() =>
        new ProjectUnderTest().Schema(Hello)
            .Config("[hello]\nrepeat = 0", order: 0).Config("[hello]", "/demo/b.toml", order: 1).Config("[hello]\nrepeat = 0", order: 2)
            .Diagnostics().ShouldBe(["AR4104 hello.toml(2,10)"]);

    [Fact]
    public void A_file_that_is_also_the_users_own_additional_file_is_judged_once() =>
        new ProjectUnderTest().Schema(Hello).Add("/demo/hello.toml", "[hello]\nrepeat = 0").Config("[hello]\nrepeat = 0", order: 0)
            .Diagnostics().ShouldBe(["AR4104 hello.toml(2,10)"]);

    [Fact]
    public void Other_additional_files_are_left_alone() =>
        new ProjectUnderTest().Schema(Hello).Add("/demo/other.toml", "= nonsense").Add("/demo/more.toml", "x = 1", ("AnalysisConfig", "false"))
            .Diagnostics().ShouldBeEmpty();

    [Fact]
    public void Without_a_config_file_nothing_is_missing() => new ProjectUnderTest().Schema(Hello).Diagnostics().ShouldBeEmpty();

    [Fact]
    public void A_schema_of_another_project_is_known_but_not_generated()
    {
        var project = new ProjectUnderTest().Schema(Hello, "/lib/steps.schema.toml", "known").Schema("[own]\nx = { type = \"integer\" }")
            .Config("[own]\nx = 1\n[hello]\nrepeat = 0");
        project.Diagnostics().ShouldBe(["AR4104 hello.toml(4,10)"]);
        project.Run().Results.Single().GeneratedSources.Select(source => source.HintName)
            .ShouldBe(["Microsoft.CodeAnalysis.EmbeddedAttribute.cs", "Demo.HelloConfig.g.cs", "AnalysisRunner.ProjectConfigSchema.g.cs", "AnalysisRunner.SourceRevision.g.cs"]);
    }

    [Fact]
    public void A_mistake_in_a_schema_is_reported_in_it_and_a_clash_in_ours()
    {
        new ProjectUnderTest().Schema("[a]\nx = { type = \"strin\" }").Diagnostics().ShouldBe(["AR3002 hello.schema.toml(2,14)"]);
        new ProjectUnderTest().Schema("[a]\nx = { type = \"string\" }", "/lib/steps.schema.toml", "known").Schema("[a]\nx = { type = \"string\" }")
            .Diagnostics().ShouldBe(["AR3010 hello.schema.toml(2,1)"]);
        new ProjectUnderTest().Schema("[a]\nx-y = { type = \"string\" }\nx_y = { type = \"string\" }").Diagnostics().ShouldBe(["AR3008 hello.schema.toml(3,1)"]);
    }

    [Fact]
    public void Files_that_name_one_class_share_it()
    {
        var project = new ProjectUnderTest { Code = "class P { long Sum(Demo.OneConfig c) => c.A.X + c.A.Y; }" }
            .Schema("schema.name = \"OneConfig\"\nschema.namespace = \"Demo\"\n[a]\nx = { type = \"integer\" }", "/demo/x.schema.toml")
            .Schema("schema.name = \"OneConfig\"\n[a]\ny = { type = \"integer\" }", "/demo/y.schema.toml");
        project.Diagnostics().ShouldBeEmpty();
        project.Compile();
    }

    [Fact]
    public void Class_names_that_differ_by_case_alone_get_files_of_their_own() =>
        new ProjectUnderTest().Schema("schema.name = \"One\"", "/demo/x.schema.toml").Schema("schema.name = \"ONE\"", "/demo/y.schema.toml")
            .Run().Results.Single().GeneratedSources.Select(source => source.HintName.ToUpperInvariant()).ShouldBeUnique();

    [Fact]
    public void Deprecated_keys_are_warnings_and_everything_else_errors()
    {
        var run = new ProjectUnderTest().Schema("a.x = { type = \"integer\", deprecated = true, default = 1 }").Config("a.x = \"1\"").Run();
        run.Diagnostics.Select(d => $"{d.Id} {d.Severity}").ShouldBe(["AR4109 Warning", "AR4103 Error"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("hello.repeat = 1\u2028x")]
    [InlineData("hello.repeat = \"\u0085\u2028\"")]
    [InlineData("hello.repeat = 1 \r x")]
    [InlineData("\0")]
    [InlineData("")]
    public void Odd_line_ends_never_break_the_compiler(string config) => new ProjectUnderTest().Schema(Hello).Config(config).Diagnostics().ShouldNotBeEmpty();

    private static string[] RunTime(string schema, string config)
    {
        try
        {
            ConfigLoader.ForSchemas(true, ("hello.schema.toml", schema)).Read([ConfigLayer.FromUser("c.toml", config)]);
            return [];
        }
        catch (ConfigException error)
        {
            return [.. error.Problems.Select(p => $"{p.Code}({p.Span.Line},{p.Span.Column})")];
        }
    }
}
