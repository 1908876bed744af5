namespace AnalysisRunner.Generators.Tests;

public sealed class HelloSample
{
    private const string Schema = """
        [hello]
        description = "What to say."
        greeting = { type = "string", default = "Hello", description = "The word before the name." }

        [hello.repeat]
        type = "integer"
        minimum = 1
        description = "How often to say it."
        """;

    private const string Program = """
        namespace Demo;
        public static class Program
        {
            public static string Say(string toml)
            {
                var hello = HelloConfig.Parse(toml).Hello;
                return hello.Greeting + " x" + hello.Repeat;
            }
        }
        """;

    [Fact]
    public void Code_reads_typed_values_and_defaults()
    {
        var say = new ProjectUnderTest { Code = Program }.Schema(Schema).Compile().GetType("Demo.Program")!.GetMethod("Say")!;

        say.Invoke(null, ["[hello]\nrepeat = 3\n"]).ShouldBe("Hello x3");
        say.Invoke(null, ["[hello]\nrepeat = 3\ngreeting = \"Hi\"\n"]).ShouldBe("Hi x3");
    }

    [Fact]
    public void A_wrong_type_fails_the_build_at_its_line()
    {
        var run = new ProjectUnderTest().Schema(Schema).Config("[hello]\ngreeting = \"Hi\"\nrepeat = \"3\"\n").Run();

        var problem = run.Diagnostics.ShouldHaveSingleItem();
        ProjectUnderTest.Shown(problem).ShouldBe("AR4103 hello.toml(3,10)");
        problem.GetMessage(null).ShouldBe("\"hello.repeat\" is the string \"3\"; the schema wants an integer.");
    }
}
