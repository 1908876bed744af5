using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using AnalysisRunner.Config;
using Microsoft.CodeAnalysis.CSharp;

namespace AnalysisRunner.Generators.Tests;

/// <summary>Each schema in <c>Snapshots</c> has the code that it becomes beside it. UPDATE_SNAPSHOTS=1 writes them anew.</summary>
public sealed class EmittedCode
{
    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Snapshots");

    public static TheoryData<string> Schemas() => [.. Directory.GetFiles(Folder(), "*.schema.toml").Select(path => Path.GetFileName(path).Replace(".schema.toml", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Is_the_snapshot_and_compiles_without_warnings(string name)
    {
        var project = Project(name);
        project.Diagnostics().ShouldBeEmpty();
        var emitted = string.Join("", project.Run().Results.Single().GeneratedSources
            .Where(source => source.HintName.StartsWith(name == "hello" ? "" : "Demo.", StringComparison.Ordinal) && !source.HintName.StartsWith("Microsoft.", StringComparison.Ordinal))
            .Select(source => source.SourceText.ToString()));
        emitted.ShouldNotContain("\r");

        var snapshot = Path.Combine(Folder(), name + ".expected.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1") File.WriteAllText(snapshot, emitted);
        emitted.ShouldBe(File.ReadAllText(snapshot).Replace("\r\n", "\n", StringComparison.Ordinal));
        project.Compile();
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp11)]
    [InlineData(LanguageVersion.CSharp12)]
    [InlineData(LanguageVersion.Latest)]
    [InlineData(LanguageVersion.Preview)]
    public void Compiles_with_newer_languages_too(LanguageVersion language)
    {
        var project = new ProjectUnderTest { Language = language };
        foreach (object[] row in (IEnumerable<object[]>)Schemas()) project.Schema(Text((string)row[0]), "/demo/" + row[0] + ".schema.toml");
        project.Compile();
    }

    [Fact]
    public void Has_no_reflection_and_needs_nothing_but_the_framework_and_the_config_library()
    {
        var image = Project("everything").Property("EnableAnalysisRunnerStamp", "false").CompileToImage();
        using var file = new PEReader(new MemoryStream(image));
        var metadata = file.GetMetadataReader();
        var types = metadata.TypeReferences.Select(handle => metadata.GetTypeReference(handle)).Select(type => metadata.GetString(type.Namespace) + "." + metadata.GetString(type.Name)).ToList();

        types.ShouldContain("AnalysisRunner.Config.ConfigTable");
        types.ShouldNotContain(name => name.StartsWith("System.Reflection", StringComparison.Ordinal) || name == "System.Activator");
        metadata.AssemblyReferences.Select(metadata.GetAssemblyReference).Select(reference => metadata.GetString(reference.Name))
            .ShouldAllBe(name => name.StartsWith("System.", StringComparison.Ordinal) || name == "AnalysisRunner.Config");
    }

    [Fact]
    public void Is_the_same_wherever_the_project_lies()
    {
        static IEnumerable<string> Emit(string folder) => new ProjectUnderTest().Property("ProjectDir", folder).Schema("[a]\r\nx = { type = \"string\" }\r\n", folder + "a.schema.toml")
            .Run().Results.Single().GeneratedSources.Select(source => source.SourceText.ToString());
        Emit("/home/one/").ShouldBe(Emit("/elsewhere/two/three/"));
    }

    [Fact]
    public void Reads_every_type()
    {
        var config = Parse("everything", "Everything", """
            [required]
            text = "a"
            integer = 9007199254740993
            number = 2
            boolean = true
            datetime = 2026-01-31T12:00:00.25+10:00
            date = 2026-01-31
            time = 12:30:00.5
            duration = "1h30m"
            path = "gs://b/x"
            mode = "very-fast"
            list = ["x", "y"]
            nested = [[1], [2, 3]]
            modes = ["slow", "slow"]
            [required.table]
            inner = 1
            [required.map]
            one = 1
            "two three" = 2
            [required.tables.first]
            inner = 2
            [[required.rows]]
            inner = 3
            [[required.rows]]
            inner = 4
            label = "four"
            """);
        var required = Get(config, "Required");
        Get(required, "Text").ShouldBe("a");
        Get(required, "Integer").ShouldBe(9007199254740993L);
        Get(required, "Number").ShouldBe(2.0);
        Get(required, "Boolean").ShouldBe(true);
        Get(required, "Datetime").ShouldBe(new DateTimeOffset(2026, 1, 31, 12, 0, 0, 250, TimeSpan.FromHours(10)));
        Get(required, "Date").ShouldBe(new DateOnly(2026, 1, 31));
        Get(required, "Time").ShouldBe(new TimeOnly(12, 30, 0, 500));
        Get(required, "Duration").ShouldBe(TimeSpan.FromMinutes(90));
        Get(required, "Path").ShouldBe("gs://b/x");
        Get(required, "Mode").ToString().ShouldBe("VeryFast");
        Get(required, "List").ShouldBe(new[] { "x", "y" });
        ((IEnumerable<IReadOnlyList<long>>)Get(required, "Nested")).Select(row => string.Join(",", row)).ShouldBe(["1", "2,3"]);
        Get(Get(required, "Table"), "Inner").ShouldBe(1L);
        ((IReadOnlyDictionary<string, long>)Get(required, "Map"))["two three"].ShouldBe(2);
        var rows = ((System.Collections.IEnumerable)Get(required, "Rows")).Cast<object>().ToList();
        rows.Select(row => Get(row, "Inner")).ShouldBe([3L, 4L]);
        rows.Select(row => Get(row, "Label")).ShouldBe(["none", "four"]);
    }

    [Fact]
    public void Has_the_defaults_of_the_schema_both_when_read_and_when_created()
    {
        var read = Get(Parse("defaults", "Defaults", ""), "Defaulted");
        var created = Activator.CreateInstance(read.GetType())!;
        foreach (var property in read.GetType().GetProperties().Where(property => property.Name != "EqualityContract"))
            System.Text.Json.JsonSerializer.Serialize(property.GetValue(read)).ShouldBe(System.Text.Json.JsonSerializer.Serialize(property.GetValue(created)), property.Name);
        Get(read, "Text").ShouldBe("a \"quoted\"\ntext \\ with \u2028 odd characters");
        Get(read, "Smallest").ShouldBe(long.MinValue);
        Get(read, "Tiny").ShouldBe(-1234.5e-10);
        Get(read, "Duration").ShouldBe(TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public void Optional_keys_are_null_when_absent()
    {
        var optional = Get(Parse("optional", "Optional", "[all]\n"), "All");
        optional.GetType().GetProperties().Where(property => property.Name != "EqualityContract").Select(property => property.GetValue(optional)).ShouldAllBe(value => value == null);
        var set = Get(Parse("optional", "Optional", "[all]\ntext = \"x\"\ninteger = 1\nmode = \"b\"\nlist = []\n[all.section]\nx = 1"), "All");
        Get(set, "Text").ShouldBe("x");
        Get(Get(set, "Section"), "X").ShouldBe(1L);
    }

    [Fact]
    public void Lists_all_problems_in_one_exception()
    {
        var parse = Project("defaults").Compile().GetType("Demo.DefaultsConfig")!.GetMethod("Parse")!;
        var error = Should.Throw<TargetInvocationException>(() => parse.Invoke(null, ["[defaulted]\ninteger = \"x\"\nnothing = 1"])).InnerException.ShouldBeOfType<ConfigException>();
        error.Problems.Select(problem => problem.Code).ShouldBe(["AR4103", "AR4101"]);
    }

    [Fact]
    public void Text_of_a_schema_never_becomes_code()
    {
        const string Evil = "[a]\ndescription = \"</summary>\\n*/ } class Evil { }\\u2028class Evil2 { } \\r class Evil3 { }\"\n"
            + "x = { type = \"string\", enum = [\"\\\"; class Evil4 { } //\", \"\"], default = \"\" }\n\"y\\\"; }\" = { type = \"string\", default = \"\\\" + Evil5() + \\\"\" }\n";
        var assembly = new ProjectUnderTest().Schema(Evil).Compile();
        assembly.GetTypes().Select(type => type.Name).Where(name => name.StartsWith("Evil", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Knows_the_commit_that_the_assembly_was_stamped_with()
    {
        var stamped = new ProjectUnderTest { Code = "[assembly: System.Reflection.AssemblyMetadata(\"AnalysisRunner.Commit\", \"abc\")]" }.Compile();
        Current(stamped).ShouldBe("SourceRevision { Repository = , Commit = abc }");
        new ProjectUnderTest().Property("EnableAnalysisRunnerStamp", "false").Compile().GetType("AnalysisRunner.SourceRevision").ShouldBeNull();
    }

    [Fact]
    public void Does_not_clash_where_a_project_sees_the_internals_of_another()
    {
        const string Schema = "a.x = { type = \"string\" }";
        var library = new ProjectUnderTest { Name = "Library", Code = "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Friend\")]" };
        var image = library.Schema(Schema, "/demo/library.schema.toml").CompileToImage();
        var friend = new ProjectUnderTest { Name = "Friend", Code = "class P { object A => AnalysisRunner.SourceRevision.Current; object B => Demo.ProjectConfigSchema.Loader; }" };
        friend.Schema(Schema, "/demo/friend.schema.toml").CompileToImage(Microsoft.CodeAnalysis.MetadataReference.CreateFromImage(image)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("my-project.1st", "my_project._1st")]
    [InlineData("class.Demo", "class.Demo")]
    [InlineData("", "")]
    public void The_projects_namespace_is_made_valid(string root, string expected) =>
        new ProjectUnderTest().Property("RootNamespace", root).Schema("a.x = { type = \"string\" }").Compile()
            .GetTypes().Single(type => type.Name == "HelloConfig").Namespace.ShouldBe(expected.Length == 0 ? null : expected);

    private static ProjectUnderTest Project(string name) => new ProjectUnderTest().Schema(Text(name), "/demo/" + name + ".schema.toml");

    private static string Text(string name) => File.ReadAllText(Path.Combine(Folder(), name + ".schema.toml"));

    private static object Parse(string name, string type, string toml) => Project(name).Compile().GetType("Demo." + type + "Config")!.GetMethod("Parse")!.Invoke(null, [toml])!;

    private static object Get(object owner, string property) => owner.GetType().GetProperty(property).ShouldNotBeNull(property).GetValue(owner).ShouldNotBeNull(property);

    private static string Current(Assembly assembly) =>
        assembly.GetType("AnalysisRunner.SourceRevision")!.GetProperty("Current", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!.ToString()!;
}
