namespace AnalysisRunner.Tests;

/// <summary>One table of schemas, configs and verdicts; the compiler and the running program must both agree with it.</summary>
public static class RuleCases
{
    private const string Hello = """
        [hello]
        greeting = { type = "string", default = "Hello" }
        repeat = { type = "integer", minimum = 1 }
        """;

    /// <summary>Name, schema, config, and the expected <c>CODE(line,column)</c> in order of position.</summary>
    public static TheoryData<string, string, string, string> All => new()
    {
        { "valid", Hello, "[hello]\nrepeat = 1", "" },
        { "valid dotted", Hello, "hello.repeat = 1", "" },
        { "valid inline", Hello, "hello = { repeat = 1 }", "" },
        { "unknown key", Hello, "[hello]\nrepeat = 1\ngreting = \"x\"", "AR4101(3,1)" },
        { "unknown section", Hello, "[hello]\nrepeat = 1\n[helo]\nx = 1", "AR4101(3,2)" },
        { "unknown key in a known built-in section", Hello, "hello.repeat = 1\n[workflow]\nacess_level = \"test\"", "AR4101(3,1)" },
        { "free keys of open built-in sections", Hello, "hello.repeat = 1\n[images]\ntool = \"x:1\"\n[references.broad]\nfasta = \"gs://b/f\"\n[storage.ds]\nweb = \"x\"", "" },
        { "missing key at its section", Hello, "\n  [hello]\ngreeting = \"x\"", "AR4102(2,4)" },
        { "missing section at the start", Hello, "# nothing", "AR4102(1,1)" },
        { "wrong type", Hello, "[hello]\nrepeat = \"1\"", "AR4103(2,10)" },
        { "float for integer", Hello, "[hello]\nrepeat = 1.0", "AR4103(2,10)" },
        { "value for a section", Hello, "hello = 1", "AR4103(1,9)" },
        { "array of tables for a section", Hello, "[[hello]]\nrepeat = 1", "AR4103(1,1)" },
        { "too small", Hello, "[hello]\nrepeat = 0", "AR4104(2,10)" },
        { "columns in UTF-16", Hello, "[hello]\n\"gre😀ting\" = 1\nrepeat = 1", "AR4101(2,1)" },
        { "columns after wide characters", Hello, "hello = { greeting = \"😀\", repeat = 0 }", "AR4104(1,37)" },
        { "several at once", Hello, "[hello]\nrepeat = 0\ngreeting = 1\nx = 2", "AR4104(2,10) AR4103(3,12) AR4101(4,1)" },
        { "syntax error hides missing keys", Hello, "[hello]\ngreeting = ", "AR4010(2,12)" },
        { "protected key", Hello, "hello.repeat = 1\n[workflow]\naccess_level = \"full\"", "AR4150(3,1)" },
        { "protected keys all at once", Hello, "hello.repeat = 1\n[workflow]\nar-guid = \"x\"\ndataset = \"y\"\ndriver_image = \"z\"", "AR4150(3,1) AR4150(4,1) AR4150(5,1)" },
        { "protected section replaced whole", Hello, "workflow = 1\nhello.repeat = 1", "AR4150(1,1) AR4103(1,12)" },
        { "number takes integers", "a.x = { type = \"number\", maximum = 1.5 }", "a.x = 1", "" },
        { "number too large", "a.x = { type = \"number\", maximum = 1.5 }", "a.x = 1.6", "AR4104(1,7)" },
        { "number is nan", "a.x = { type = \"number\", maximum = 1.5 }", "a.x = nan", "AR4104(1,7)" },
        { "exclusive bound", "a.x = { type = \"integer\", exclusiveMinimum = 1 }", "a.x = 1", "AR4104(1,7)" },
        { "integers are exact", "a.x = { type = \"integer\", maximum = 9007199254740992 }", "a.x = 9007199254740993", "AR4104(1,7)" },
        { "pattern is not anchored", "a.x = { type = \"string\", pattern = '\\d' }", "a.x = \"a1b\"", "" },
        { "pattern mismatch", "a.x = { type = \"string\", pattern = '^\\d+$' }", "a.x = \"a1b\"", "AR4105(1,7)" },
        { "enum", "a.x = { type = \"string\", enum = [\"fast\", \"slow\"] }", "a.x = \"fst\"", "AR4106(1,7)" },
        { "integer enum", "a.x = { type = \"integer\", enum = [1, 2] }", "a.x = 3", "AR4106(1,7)" },
        { "too short", "a.x = { type = \"string\", minLength = 2 }", "a.x = \"😀\"", "AR4107(1,7)" },
        { "too long", "a.x = { type = \"string\", maxLength = 1 }", "a.x = \"ab\"", "AR4107(1,7)" },
        { "length counts code points", "a.x = { type = \"string\", maxLength = 1 }", "a.x = \"😀\"", "" },
        { "too few items", "a.x = { type = \"array\", items = { type = \"string\" }, minItems = 1 }", "a.x = []", "AR4107(1,7)" },
        { "item of a wrong type", "a.x = { type = \"array\", items = { type = \"string\" } }", "a.x = [\"a\", 2]", "AR4103(1,13)" },
        { "repeated item", "a.x = { type = \"array\", items = { type = \"string\" }, uniqueItems = true }", "a.x = [\"a\", 'a']", "AR4108(1,13)" },
        { "repeated number", "a.x = { type = \"array\", items = { type = \"number\" }, uniqueItems = true }", "a.x = [1, 1.0]", "AR4108(1,11)" },
        { "deprecated", "a.x = { type = \"string\", optional = true, deprecated = \"use y\" }", "a.x = \"s\"", "AR4109(1,3)" },
        { "deprecated section", "[a]\ndeprecated = true\nx = { type = \"string\", optional = true }", "[a]\nx = \"s\"", "AR4109(1,2)" },
        { "optional", "a.x = { type = \"string\", optional = true }", "", "" },
        { "optional section with a required key", "[a]\noptional = true\nx = { type = \"string\" }", "", "" },
        { "optional section, present but incomplete", "[a]\noptional = true\nx = { type = \"string\" }", "[a]", "AR4102(1,2)" },
        { "duration", "a.x = { type = \"duration\" }", "a.x = \"1h30m\"", "" },
        { "duration iso", "a.x = { type = \"duration\" }", "a.x = \"P1DT2H\"", "" },
        { "duration malformed", "a.x = { type = \"duration\" }", "a.x = \"1 hour\"", "AR4110(1,7)" },
        { "duration empty", "a.x = { type = \"duration\" }", "a.x = \"\"", "AR4110(1,7)" },
        { "path", "a.x = { type = \"path\" }", "a.x = \"gs://bucket/a\"", "" },
        { "path of another store", "a.x = { type = \"path\" }", "a.x = \"http://h/a\"", "AR4110(1,7)" },
        { "path without bucket", "a.x = { type = \"path\" }", "a.x = \"s3://\"", "AR4110(1,7)" },
        { "datetime", "a.x = { type = \"datetime\" }", "a.x = 2026-01-31T12:00:00+10:00", "" },
        { "datetime without offset", "a.x = { type = \"datetime\" }", "a.x = 2026-01-31T12:00:00", "AR4103(1,7)" },
        { "datetime out of .NET's range", "a.x = { type = \"datetime\" }", "a.x = 0001-01-01T00:00:00+10:00", "AR4110(1,7)" },
        { "date and time", "a.x = { type = \"date\" }\na.y = { type = \"time\" }", "a.x = 2026-01-31\na.y = 12:30:00.5", "" },
        { "time for date", "a.x = { type = \"date\" }", "a.x = 12:30:00", "AR4103(1,7)" },
        { "map", "a.x = { type = \"map\", items = { type = \"integer\" } }", "[a.x]\nanything = 1\nother = \"2\"", "AR4103(3,9)" },
        { "table", "[a.x]\ntype = \"table\"\ny = { type = \"string\" }", "[a.x]\nz = 1", "AR4102(1,4) AR4101(2,1)" },
        { "missing in a table of an array", "[a.x]\ntype = \"array\"\n[a.x.items]\ntype = \"table\"\ny = { type = \"string\" }", "[[a.x]]\ny = \"1\"\n[[a.x]]", "AR4102(3,1)" },
        { "missing in a table of a map", "[a.x]\ntype = \"map\"\n[a.x.items]\ntype = \"table\"\ny = { type = \"string\" }", "[a.x.one]\ny = \"1\"\n[a.x.two]", "AR4102(3,6)" },
        { "a key called type", "[a]\ntype = { type = \"string\" }", "[a]\ntype = 1", "AR4103(2,8)" },
        { "value at the top", "[cohort]\ntype = \"string\"", "cohort = 1", "AR4103(1,10)" },
    };
}
