using System.Text;
using System.Text.Json.Nodes;
using AnalysisRunner.Tests;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Config.Tests;

public sealed class JsonSchemaTests
{
    /// <summary>What JSON Schema cannot say (docs/reference/schema.md): it accepts where our rules refuse.</summary>
    private static readonly string[] Inexpressible = ["float for integer", "datetime out of .NET's range"];

    /// <summary>Schemas and configs beyond the common table.</summary>
    public static TheoryData<string, string> Edges => new()
    {
        { "a.x = { type = \"path\" }", "a.x = \"\"" },
        { "a.x = { type = \"path\" }", "a.x = \"data/in.txt\"" },
        { "a.x = { type = \"path\" }", "a.x = \"C:\\\\data\"" },
        { "a.x = { type = \"path\" }", "a.x = \"a\\u0007b\"" },
        { "a.x = { type = \"path\" }", "a.x = \"gs:///a\"" },
        { "a.x = { type = \"path\" }", "a.x = \"gs://b/c://d\"" },
        { "a.x = { type = \"path\" }", "a.x = \"x/gs://b\"" },
        { "a.x = { type = \"path\", pattern = '\\.bam$' }", "a.x = \"gs://b/a.bam\"" },
        { "a.x = { type = \"path\", pattern = '\\.bam$' }", "a.x = \"gs://b/a.cram\"" },
        { "a.x = { type = \"path\", pattern = '\\.bam$' }", "a.x = \"http://b/a.bam\"" },
        { "a.x = { type = \"duration\" }", "a.x = \"1.5d\"" },
        { "a.x = { type = \"duration\" }", "a.x = \"PT1H30M\"" },
        { "a.x = { type = \"duration\" }", "a.x = \"PT\"" },
        { "a.x = { type = \"duration\" }", "a.x = \"P1Y\"" },
        { "a.x = { type = \"duration\" }", "a.x = \"1m1h\"" },
        { "a.x = { type = \"datetime\" }", "a.x = 2026-01-31 12:00:00.25Z" },
        { "a.x = { type = \"datetime\" }", "a.x = 2026-01-31T12:00:00-14:00" },
        { "a.x = { type = \"datetime\" }", "a.x = 2026-01-31T12:00:00+14:30" },
        { "a.x = { type = \"datetime\" }", "a.x = 0000-01-01T12:00:00Z" },
        { "a.x = { type = \"datetime\" }", "a.x = 2026-01-31" },
        { "a.x = { type = \"date\" }", "a.x = 0000-01-01" },
        { "a.x = { type = \"date\" }", "a.x = 2026-01-31T12:00:00Z" },
        { "a.x = { type = \"time\" }", "a.x = 2026-01-31" },
        { "a.x = { type = \"time\" }", "a.x = 23:59" },
        { "a.x = { type = \"boolean\" }", "a.x = 1" },
        { "a.x = { type = \"boolean\" }", "a.x = false" },
        { "a.x = { type = \"number\", minimum = 1 }", "a.x = nan" },
        { "a.x = { type = \"number\", maximum = inf }", "a.x = 1e300" },
        { "a.x = { type = \"number\", minimum = inf }", "a.x = 1e300" },
        { "a.x = { type = \"number\", enum = [1, 2.5] }", "a.x = 1.0" },
        { "a.x = { type = \"number\", exclusiveMaximum = 1e20 }", "a.x = 1e20" },
        { "a.x = { type = \"integer\", maximum = 9223372036854775807 }", "a.x = 9223372036854775807" },
        { "a.x = { type = \"array\", items = { type = \"integer\" }, maxItems = 1 }", "a.x = [1, 2]" },
        { "a.x = { type = \"array\", items = { type = \"array\", items = { type = \"integer\", minimum = 0 } } }", "a.x = [[1], [-1]]" },
        { "[a.x]\ntype = \"map\"\n[a.x.items]\ntype = \"map\"\n[a.x.items.items]\ntype = \"table\"\ny = { type = \"string\" }", "[a.x.one.two]" },
        { "[a.x]\ntype = \"array\"\n[a.x.items]\ntype = \"table\"\n[a.x.items.s]\ny = { type = \"string\" }", "[[a.x]]" },
        { "[a.x]\ntype = \"array\"\n[a.x.items]\ntype = \"table\"\n[a.x.items.s]\noptional = true\ny = { type = \"string\" }", "[[a.x]]" },
        { "[workflow]\nmine = { type = \"string\" }", "" },
        { "[workflow]\nmine = { type = \"string\" }", "workflow.mine = \"x\"" },
        { "[workflow]\ndataset = { type = \"string\" }", "" },
        { "[workflow]\ndataset = { type = \"string\" }", "workflow.dataset = \"x\"" },
        { "[references]\nfasta = { type = \"path\" }", "" },
        { "[references]\nfasta = { type = \"path\" }", "references.fasta = 1" },
        { "[references.broad]\nfasta = { type = \"path\" }", "[references.broad]" },
        { "[references.broad]\nfasta = { type = \"path\" }", "references.broad.x = 1" },
        { "a.x = { type = \"string\", optional = true }", "hail.backend = \"cloud\"" },
        { "a.\"k\\\"\\u2028\" = { type = \"string\" }", "a.\"k\\\"\\u2028\" = \"x\"" },
        { "a.\"😀\" = { type = \"string\", enum = [\"😀\"] }", "a.\"😀\" = \"😀\"" },
    };

    /// <summary>Checks each schema against the official meta-schema, which the module carries, and each config against its schema.</summary>
    private const string Script = """
        import sys, json
        from jsonschema import Draft202012Validator, SchemaError
        good = agreed = 0
        for case in json.load(sys.stdin):
            try:
                Draft202012Validator.check_schema(case["schema"])
                good += 1
            except SchemaError as e:
                print("no schema:", e.message, "at", list(e.absolute_path), "of", json.dumps(case["schema"]))
                continue
            errors = [e.message for e in Draft202012Validator(case["schema"]).iter_errors(case["instance"])]
            if (not errors) == case["valid"]: agreed += 1
            else: print("verdict differs:", repr(case["config"]), "expected", case["valid"], "found", errors)
        print(good, "schemas are 2020-12,", agreed, "verdicts agree")
        """;

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
    [MemberData(nameof(Edges))]
    public void Gives_the_verdicts_of_our_own_rules_at_the_edges_too(string schema, string config) => AgreesOn(schema, config).ShouldBeTrue();

    [PythonFact("jsonschema")]
    public void The_reference_implementation_accepts_every_schema_and_gives_the_same_verdicts()
    {
        var cases = RuleCases.All.Select(row => ((string)row[0], (string)row[1], (string)row[2])).Concat(Edges.Select(row => ("", (string)row[0], (string)row[1])))
            .Where(row => !TomlDocument.Parse(row.Item3).HasErrors).ToList();
        var input = new JsonArray([.. cases.Select(row => new JsonObject
        {
            ["config"] = row.Item3,
            ["schema"] = JsonNode.Parse(JsonSchemaWriter.Write(SchemaOf(row.Item2), "Case")),
            ["instance"] = Instance(row.Item3),
            ["valid"] = IsFine(SchemaOf(row.Item2), row.Item3) != Inexpressible.Contains(row.Item1),
        })]);

        PythonFactAttribute.Run("jsonschema", Encoding.UTF8.GetBytes(input.ToJsonString()), Script).Trim().ShouldBe($"{cases.Count} schemas are 2020-12, {cases.Count} verdicts agree");
    }

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
        return IsValid(json, config) == IsFine(schema, config);
    }

    private static bool IsFine(Schema schema, string config) =>
        ConfigRules.Check(schema, [ConfigLayer.FromUser("c.toml", config)], ConfigStage.Build).All(problem => problem.IsWarning);

    private static bool IsValid(JsonNode schema, string config) => JsonSchemaEvaluator.IsValid(Instance(config), schema);

    private static JsonObject Instance(string config)
    {
        var document = TomlDocument.Parse(config, "c.toml");
        document.Errors.ShouldBeEmpty();
        var table = new JsonObject();
        foreach (var entry in document.Root) table[entry.Key] = ToJson(entry.Value);
        return table;
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
