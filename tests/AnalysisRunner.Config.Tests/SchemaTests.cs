using System.Reflection;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config.Tests;

public sealed class SchemaTests
{
    [Theory]
    [InlineData("a.x = { type = \"string\", patern = 'x' }", "AR3001(1,26)")]
    [InlineData("[a]\nx = \"string\"", "AR3001(2,1)")]
    [InlineData("[a]\ndescripton = \"string\"", "AR3001(2,1)")]
    [InlineData("x = 1", "AR3001(1,1)")]
    [InlineData("[schema]\nnam = \"X\"", "AR3001(2,1)")]
    [InlineData("[[a]]\nx = { type = \"string\" }", "AR3001(1,3)")]
    [InlineData("a.x = { type = \"text\" }", "AR3002(1,16)")]
    [InlineData("a.x = { type = 1 }", "AR3003(1,16)")]
    [InlineData("a.x = { type = \"string\", optional = 1 }", "AR3003(1,37)")]
    [InlineData("a.x = { type = \"string\", minLength = -1 }", "AR3003(1,38)")]
    [InlineData("a.x = { type = \"integer\", minimum = 1.5 }", "AR3003(1,37)")]
    [InlineData("a.x = { type = \"number\", minimum = nan }", "AR3003(1,36)")]
    [InlineData("a.x = { type = \"string\", enum = [] }", "AR3003(1,33)")]
    [InlineData("a.x = { type = \"string\", examples = 1 }", "AR3003(1,37)")]
    [InlineData("a.x = { type = \"array\", items = \"string\" }", "AR3003(1,33)")]
    [InlineData("a.x = { type = \"array\", items = { type = \"string\" }, uniqueItems = 1 }", "AR3003(1,68)")]
    [InlineData("a.x = { type = \"string\", minimum = 1 }", "AR3004(1,26)")]
    [InlineData("a.x = { type = \"array\", items = { type = \"string\", default = \"x\" } }", "AR3004(1,52)")]
    [InlineData("a.x = { type = \"integer\", default = \"1\" }", "AR3005(1,37)")]
    [InlineData("a.x = { type = \"integer\", minimum = 2, default = 1 }", "AR3005(1,50)")]
    [InlineData("a.x = { type = \"array\", items = { type = \"integer\" }, default = [1, \"2\"] }", "AR3005(1,69)")]
    [InlineData("a.x = { type = \"duration\", default = \"soon\" }", "AR3005(1,38)")]
    [InlineData("[a.x]\ntype = \"array\"\ndefault = [{ y = \"1\" }]\n[a.x.items]\ntype = \"table\"\ny = { type = \"string\" }", "AR3005(3,11)")]
    [InlineData("a.x = { type = \"string\", pattern = '(' }", "AR3006(1,36)")]
    [InlineData("a.x = { type = \"integer\", minimum = 2, maximum = 1 }", "AR3007(1,37)")]
    [InlineData("a.x = { type = \"integer\", exclusiveMinimum = 1, exclusiveMaximum = 2 }", "AR3007(1,46)")]
    [InlineData("a.x = { type = \"number\", minimum = 1, exclusiveMaximum = 1 }", "AR3007(1,36)")]
    [InlineData("a.x = { type = \"string\", minLength = 2, maxLength = 1 }", "AR3007(1,38)")]
    [InlineData("[schema]\ntype = \"string\"", "AR3009(1,2)")]
    [InlineData("[schema]\nname = \"ProjectConfigSchema\"", "AR3009(2,8)")]
    [InlineData("a.x = { type = \"array\" }", "AR3011(1,3)")]
    [InlineData("a.x = { type = \"map\" }", "AR3011(1,3)")]
    [InlineData("[schema]\nname = \"1x\"", "AR3012(2,8)")]
    [InlineData("[schema]\nnamespace = \"a..b\"", "AR3012(2,13)")]
    [InlineData("[schema]\nname = \"X; class Evil\"", "AR3012(2,8)")]
    [InlineData("a.x = { type = \"string\", enum = [\"a\", 1] }", "AR3013(1,39)")]
    [InlineData("a.x = { type = \"string\", enum = [\"a\", 'a'] }", "AR3013(1,39)")]
    [InlineData("a.x = { type = \"string\", optional = true, default = \"x\" }", "AR3014(1,43)")]
    [InlineData("[workflow]\ndataset = { type = \"integer\" }", "AR3015(2,1)")]
    [InlineData("[workflow]\ntype = \"string\"", "AR3015(1,2)")]
    [InlineData("a.x = { type = \"integer\", examples = [1, \"2\"] }", "AR3016(1,42)")]
    [InlineData("a.x = { type = \"strin\" }\na.y = { type = \"integer\", default = 1.5 }", "AR3002(1,16) AR3005(2,37)")]
    [InlineData("a.x = ", "AR4010(1,7)")]
    public void A_mistake_is_reported_at_its_place(string text, string expected) =>
        string.Join(" ", Schema.Parse(TomlDocument.Parse(text, "t.schema.toml")).Problems.Select(p => $"{p.Code}({p.Span.Line},{p.Span.Column})")).ShouldBe(expected);

    [Theory]
    [InlineData("[a]\nfoo_bar = { type = \"string\" }\nfoo-bar = { type = \"string\" }", "AR3008(3,1)")]
    [InlineData("[a]\nx = { type = \"string\" }\n[a.X]\n", "AR3008(3,4)")]
    public void Keys_that_become_one_name_are_a_mistake(string text, string expected) =>
        Schema.Classes([SchemaFile.Parse(TomlDocument.Parse(text, "t.schema.toml"))]).Single().Problems.Select(p => $"{p.Code}({p.Span.Line},{p.Span.Column})")
            .ShouldHaveSingleItem().ShouldBe(expected);

    [Fact]
    public void Every_code_of_schemas_has_a_case()
    {
        var codes = typeof(ConfigCodes).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(field => (string)field.GetRawConstantValue()!)
            .Where(code => code.StartsWith("AR3", StringComparison.Ordinal));
        var cases = typeof(SchemaTests).GetMethods().SelectMany(method => method.GetCustomAttributes<InlineDataAttribute>().SelectMany(data => data.GetData(method)))
            .Select(row => row[^1]).OfType<string>().Append("AR3010").ToList();

        codes.ShouldAllBe(code => cases.Any(expected => expected.Contains(code)));
    }

    [Fact]
    public void A_key_that_two_files_declare_is_a_mistake_in_the_second()
    {
        var problem = Schema.Parse(
            TomlDocument.Parse("[a]\nx = { type = \"string\" }", "one.schema.toml"),
            TomlDocument.Parse("[a]\ny = { type = \"string\" }\nx = { type = \"string\" }", "two.schema.toml")).Problems.ShouldHaveSingleItem();
        (problem.Code, problem.File, problem.Span.Line, problem.Key).ShouldBe(("AR3010", "two.schema.toml", 3, "a.x"));
        problem.Message.ShouldContain("one.schema.toml");
    }

    [Fact]
    public void A_key_of_the_server_may_be_declared_with_its_own_type() =>
        Schema.Parse(TomlDocument.Parse("[workflow]\ndataset = { type = \"string\" }\nname = { type = \"string\", default = \"x\" }", "t")).Problems.ShouldBeEmpty();

    [Theory]
    [InlineData("hello.schema.toml", "HelloConfig")]
    [InlineData("a/b\\my-steps.schema.toml", "MyStepsConfig")]
    [InlineData("config.toml", "Config")]
    [InlineData("2026.schema.toml", "_2026Config")]
    public void The_class_is_named_after_the_file(string path, string expected) =>
        SchemaFile.Parse(TomlDocument.Parse("", path)).ClassName.ShouldBe(expected);

    [Theory]
    [InlineData("output_prefix", "OutputPrefix")]
    [InlineData("output-prefix", "OutputPrefix")]
    [InlineData("camelCase", "CamelCase")]
    [InlineData("class", "Class")]
    [InlineData("1st", "_1st")]
    [InlineData("v1_2", "V1_2")]
    [InlineData("größe", "Größe")]
    [InlineData("a key with spaces", "AKeyWithSpaces")]
    [InlineData("a.b", "AB")]
    [InlineData("😀", "Key")]
    [InlineData("", "Key")]
    [InlineData("to_string", "ToStringValue")]
    [InlineData("equality-contract", "EqualityContractValue")]
    [InlineData("日本", "日本")]
    public void Keys_become_names(string key, string expected) => SchemaNames.Member(key).ShouldBe(expected);
}
