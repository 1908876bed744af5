using System.Runtime.CompilerServices;

namespace AnalysisRunner.Generators.Tests;

/// <summary>An exception in a generator costs a project all its generated code: no text may cause one.</summary>
public sealed class Damage
{
    private const string Pieces = "[]{}=\"'.,#\n\r\\\0\u2028\ud83d\ude00 -_01aAtype";

    [Theory]
    [InlineData("everything")]
    [InlineData("defaults")]
    [InlineData("names")]
    [InlineData("deprecated")]
    [InlineData("optional")]
    public void A_damaged_schema_or_config_is_reported_and_never_breaks_the_generator(string name)
    {
        var random = new Random(name.Length);
        var schema = File.ReadAllText(Path.Combine(Folder(), name + ".schema.toml"));
        for (var i = 0; i < 60; i++)
        {
            var damaged = Damaged(schema, random);
            // The schema as a config file of itself: much of it is unknown, misplaced or of a wrong type.
            var run = new ProjectUnderTest().Schema(damaged).Config(Damaged(schema, random)).Run();
            run.Results.Single().Exception.ShouldBeNull(damaged);
            run.Diagnostics.ShouldAllBe(diagnostic => diagnostic.Location.SourceSpan.End <= damaged.Length + schema.Length + 60);
        }
    }

    [Fact]
    public void Code_from_a_schema_with_mistakes_still_compiles_where_it_can()
    {
        var project = new ProjectUnderTest().Schema("[a]\ngood = { type = \"string\" }\nbad = { type = \"strin\" }\nlist = { type = \"array\" }\n");
        project.Diagnostics().ShouldBe(["AR3002 hello.schema.toml(3,16)", "AR3011 hello.schema.toml(4,1)"]);
        project.Generated("Demo.HelloConfig.g.cs").ShouldContain("string Good");
    }

    private static string Damaged(string text, Random random)
    {
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(text.Length);
            text = random.Next(3) switch
            {
                0 => text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at)),
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)].ToString()),
                _ => text.Insert(at, text.Substring(random.Next(at + 1), Math.Min(10, text.Length - at))),
            };
        }
        return text;
    }

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Snapshots");
}
