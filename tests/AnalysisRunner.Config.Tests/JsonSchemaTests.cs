using System.Text.Json.Nodes;
using AnalysisRunner.Tests;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config.Tests;

public sealed class JsonSchemaTests
{
    /// <summary>What JSON Schema cannot say (docs/reference/schema.md): it accepts where our rules refuse.</summary>
    private static readonly string[] Inexpressible = ["float for integer", "datetime out of .NET's range"];

    [Theory]
    [MemberData(nameof(RuleCases.All), MemberType = typeof(RuleCases))]
    public void Gives_the_verdicts_of_our_own_rules(string name, string schema, string config, string expected)
    {
        expected.ShouldNotBeNull();
        var document = TomlDocument.Parse(config, "c.toml");
        // Where the text is no TOML, no editor has a value to judge.
        if (document.HasErrors) return;
        AgreesOn(schema, config).ShouldBe(!Inexpressible.Contains(name));
    }

    [Theory]
    [InlineData("a.x = { type = \"path\" }", "a.x = \"\"")]
    [InlineData("a.x = { type = \"path\" }", "a.x = \"data/in.txt\"")]
    [InlineData("a.x = { type = \"path\" }", "a.x = \"C:\\\\data\"")]
    [InlineData("a.x = { type = \"path\" }", "a.x = \"a\\u0007b\"")]
    [InlineData("a.x = { type = \"path\" }", "a.x = \"gs:///a\"")]
    [InlineData("a.x = { type = \"path\" }", "a.x = \"gs://b/c://d\"")]
    [InlineData("a.x = { type = \"path\" }", "a.x = \"x/gs://b\"")]
    [InlineData("a.x = { type = \"path\", pattern = '\\.bam$' }", "a.x = \"gs://b/a.bam\"")]
    [InlineData("a.x = { type = \"path\", pattern = '\\.bam$' }", "a.x = \"gs://b/a.cram\"")]
    [InlineData("a.x = { type = \"path\", pattern = '\\.bam$' }", "a.x = \"http://b/a.bam\"")]
    [InlineData("a.x = { type = \"duration\" }", "a.x = \"1.5d\"")]
    [InlineData("a.x = { type = \"duration\" }", "a.x = \"PT1H30M\"")]
    [InlineData("a.x = { type = \"duration\" }", "a.x = \"PT\"")]
    [InlineData("a.x = { type = \"duration\" }", "a.x = \"P1Y\"")]
    [InlineData("a.x = { type = \"duration\" }", "a.x = \"1m1h\"")]
    [InlineData("a.x = { type = \"datetime\" }", "a.x = 2026-01-31 12:00:00.25Z")]
    [InlineData("a.x = { type = \"datetime\" }", "a.x = 2026-01-31T12:00:00-14:00")]
    [InlineData("a.x = { type = \"datetime\" }", "a.x = 2026-01-31T12:00:00+14:30")]
    [InlineData("a.x = { type = \"datetime\" }", "a.x = 0000-01-01T12:00:00Z")]
    [InlineData("a.x = { type = \"datetime\" }", "a.x = 2026-01-31")]
    [InlineData("a.x = { type = \"date\" }", "a.x = 0000-01-01")]
    [InlineData("a.x = { type = \"date\" }", "a.x = 2026-01-31T12:00:00Z")]
    [InlineData("a.x = { type = \"time\" }", "a.x = 2026-01-31")]
    [InlineData("a.x = { type = \"time\" }", "a.x = 23:59")]
    [InlineData("a.x = { type = \"boolean\" }", "a.x = 1")]
    [InlineData("a.x = { type = \"boolean\" }", "a.x = false")]
    [InlineData("a.x = { type = \"number\", minimum = 1 }", "a.x = nan")]
    [InlineData("a.x = { type = \"number\", maximum = inf }", "a.x = 1e300")]
    [InlineData("a.x = { type = \"number\", minimum = inf }", "a.x = 1e300")]
    [InlineData("a.x = { type = \"number\", enum = [1, 2.5] }", "a.x = 1.0")]
    [InlineData("a.x = { type = \"number\", exclusiveMaximum = 1e20 }", "a.x = 1e20")]
    [InlineData("a.x = { type = \"integer\", maximum = 9223372036854775807 }", "a.x = 9223372036854775807")]
    [InlineData("a.x = { type = \"array\", items = { type = \"integer\" }, maxItems = 1 }", "a.x = [1, 2]")]
    [InlineData("a.x = { type = \"array\", items = { type = \"array\", items = { type = \"integer\", minimum = 0 } } }", "a.x = [[1], [-1]]")]
    [InlineData("[a.x]\ntype = \"map\"\n[a.x.items]\ntype = \"map\"\n[a.x.items.items]\ntype = \"table\"\ny = { type = \"string\" }", "[a.x.one.two]")]
    [InlineData("[a.x]\ntype = \"array\"\n[a.x.items]\ntype = \"table\"\n[a.x.items.s]\ny = { type = \"string\" }", "[[a.x]]")]
    [InlineData("[a.x]\ntype = \"array\"\n[a.x.items]\ntype = \"table\"\n[a.x.items.s]\noptional = true\ny = { type = \"string\" }", "[[a.x]]")]
    [InlineData("[workflow]\nmine = { type = \"string\" }", "")]
    [InlineData("[workflow]\nmine = { type = \"string\" }", "workflow.mine = \"x\"")]
    [InlineData("[workflow]\ndataset = { type = \"string\" }", "")]
    [InlineData("[workflow]\ndataset = { type = \"string\" }", "workflow.dataset = \"x\"")]
    [InlineData("[references]\nfasta = { type = \"path\" }", "")]
    [InlineData("[references]\nfasta = { type = \"path\" }", "references.fasta = 1")]
    [InlineData("[references.broad]\nfasta = { type = \"path\" }", "[references.broad]")]
    [InlineData("[references.broad]\nfasta = { type = \"path\" }", "references.broad.x = 1")]
    [InlineData("a.x = { type = \"string\", optional = true }", "hail.backend = \"cloud\"")]
    [InlineData("a.\"k\\\"\\u2028\" = { type = \"string\" }", "a.\"k\\\"\\u2028\" = \"x\"")]
    [InlineData("a.\"😀\" = { type = \"string\", enum = [\"😀\"] }", "a.\"😀\" = \"😀\"")]
    public void Gives_the_verdicts_of_our_own_rules_at_the_edges_too(string schema, string config) => AgreesOn(schema, config).ShouldBeTrue();

    [Fact]
    public void Without_a_schema_unknown_keys_are_nobodys_mistake()
    {
        var json = JsonNode.Parse(JsonSchemaWriter.Write(Schema.Parse()))!;
        IsValid(json, "[anything]\nx = 1\n[workflow]\nother = 1").ShouldBeTrue();
        IsValid(json, "[workflow]\nname = 1").ShouldBeFalse();
        IsValid(json, "[workflow]\naccess_level = \"full\"").ShouldBeFalse();
    }

    [Fact]
    public void Says_all_that_an_editor_shows()
    {
        var text = JsonSchemaWriter.Write(SchemaOf("""
            [hello]
            description = "What to say."
            greeting = { type = "string", default = "Hello", description = "The \"word\".", examples = ["Hi", "Moin"], deprecated = "Use words." }
            at = { type = "datetime", default = 2026-01-31 12:00:00+10:00 }
            counts = { type = "map", items = { type = "integer" }, default = { a = 1 }, deprecated = true }
            """), "Analysis");

        text.ShouldStartWith("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"Analysis\",\n  \"type\": \"object\",\n");
        text.ShouldEndWith("}\n");
        text.ShouldNotContain("\r");
        var hello = JsonNode.Parse(text)!["properties"]!["hello"]!;
        hello["description"]!.GetValue<string>().ShouldBe("What to say.");
        hello["properties"]!["greeting"]!.ToJsonString().ShouldBe(JsonNode.Parse("""
            { "description": "The \"word\".\n\nDeprecated: Use words.", "deprecated": true, "default": "Hello", "examples": ["Hi", "Moin"], "type": "string" }
            """)!.ToJsonString());
        hello["properties"]!["at"]!["default"]!.GetValue<string>().ShouldBe("2026-01-31T12:00:00+10:00");
        hello["properties"]!["at"]!["format"]!.GetValue<string>().ShouldBe("date-time");
        hello["properties"]!["counts"]!.ToJsonString().ShouldBe("""{"deprecated":true,"default":{"a":1},"type":"object","additionalProperties":{"type":"integer"}}""");
    }

    [Theory]
    [InlineData(@"^[A-Z]{2}\d+$", true)]
    [InlineData(@"^(?:a|b)(?=c)(?!d)[^\]\-x]{1,3}?$", true)]
    [InlineData(@"\Aabc\z", false)]
    [InlineData(@"(?i)abc", false)]
    [InlineData(@"(?<name>a)\k<name>", false)]
    [InlineData(@"(?<=a)b", false)]
    [InlineData(@"(?>a)b", false)]
    [InlineData(@"[a-z-[aeiou]]", false)]
    [InlineData(@"[]a]", false)]
    [InlineData(@"\p{Lu}", false)]
    [InlineData(@"a\-b", false)]
    [InlineData(@"(a)\1", false)]
    [InlineData(@"[\b]", false)]
    [InlineData(@"a{x", false)]
    [InlineData(@"a{,3}", false)]
    public void A_pattern_that_other_engines_read_otherwise_is_left_to_the_build(string pattern, bool isKept)
    {
        var value = JsonNode.Parse(JsonSchemaWriter.Write(SchemaOf($"a.x = {{ type = \"string\", pattern = '{pattern}' }}")))!["properties"]!["a"]!["properties"]!["x"]!;

        (value["pattern"]?.GetValue<string>()).ShouldBe(isKept ? pattern : null);
        (value["$comment"] is null).ShouldBe(isKept);
    }

    private static bool AgreesOn(string schemaText, string config)
    {
        var schema = SchemaOf(schemaText);
        var json = JsonNode.Parse(JsonSchemaWriter.Write(schema))!;
        JsonSchemaEvaluator.CheckForm(json);
        var isFine = ConfigRules.Check(schema, [ConfigLayer.FromUser("c.toml", config)], ConfigStage.Build).All(problem => problem.IsWarning);
        return IsValid(json, config) == isFine;
    }

    private static bool IsValid(JsonNode schema, string config)
    {
        var document = TomlDocument.Parse(config, "c.toml");
        document.Errors.ShouldBeEmpty();
        var table = new JsonObject();
        foreach (var entry in document.Root) table[entry.Key] = ToJson(entry.Value);
        return JsonSchemaEvaluator.IsValid(table, schema);
    }

    /// <summary>A value as TOML editors hand it to JSON Schema: dates and times as text, what JSON lacks as null.</summary>
    private static JsonNode? ToJson(TomlValue value)
    {
        switch (value.Kind)
        {
            case TomlKind.String: return value.AsString();
            case TomlKind.Integer: return value.AsInteger();
            case TomlKind.Float: return double.IsFinite(value.AsFloat()) ? value.AsFloat() : null;
            case TomlKind.Boolean: return value.AsBoolean();
            case TomlKind.Array: return new JsonArray([.. value.AsArray().Select(ToJson)]);
            case TomlKind.Table:
                var table = new JsonObject();
                foreach (var entry in value.AsTable()) table[entry.Key] = ToJson(entry.Value);
                return table;
            case TomlKind.OffsetDateTime: return value.AsOffsetDateTime().ToString();
            case TomlKind.LocalDateTime: return value.AsLocalDateTime().ToString();
            case TomlKind.LocalDate: return value.AsLocalDate().ToString();
            default: return value.AsLocalTime().ToString();
        }
    }

    private static Schema SchemaOf(string text)
    {
        var schema = Schema.Parse(TomlDocument.Parse(text, "t.schema.toml"));
        schema.Problems.ShouldBeEmpty();
        return schema;
    }
}
