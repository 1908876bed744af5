using AnalysisRunner.Contracts;

namespace AnalysisRunner.Pipelines.Tests;

public sealed class RefusedCommandTests
{
    private const string Value = "x";

    // The places where no quoting helps: what a value did there, the shell would do.
    [Fact]
    public void A_value_is_refused_where_it_cannot_be_quoted()
    {
        RefusedAs("AR5107", $"echo ${Value}");
        RefusedAs("AR5107", $"echo \"${Value}\"");
        RefusedAs("AR5107", $"echo \\{Value}");
        RefusedAs("AR5107", $"echo \"\\{Value}\"");
        RefusedAs("AR5107", $"echo $'{Value}'");
        RefusedAs("AR5107", $"echo `echo {Value}`");
        RefusedAs("AR5107", $"echo # {Value}");
        RefusedAs("AR5107", $"echo ${{x:-{Value}}}");
        RefusedAs("AR5107", $"echo \"${{x:-{Value}}}\"");
        RefusedAs("AR5107", $"echo $(( {Value} + 1 ))");
        RefusedAs("AR5107", $"(( {Value} )) && true");
        RefusedAs("AR5107", $"echo $[ {Value} ]");
        RefusedAs("AR5107", $"a[{Value}]=1");
        RefusedAs("AR5107", $"cat <<EOF\n{Value}\nEOF");
        RefusedAs("AR5107", $"cat <<{Value}\nx\nx");
        RefusedAs("AR5107", $"cat <<EO{Value}\nx\nx");
        RefusedAs("AR5107", $"cat <<EOF\nx\nEOF{Value}");
        RefusedAs("AR5107", $"cat <<EOF {"a\nb"}\nx\nEOF");
        RefusedAs("AR5107", $"echo \"$(case x in x) echo {Value};; esac)\"");
        RefusedAs("AR5107", $"echo \"${{x:-'}}\" {Value}");
        RefusedAs("AR5107", $"{Shell.Raw("echo $")}{Value}");
    }

    [Fact]
    public void A_file_or_a_collection_is_refused_inside_quotes()
    {
        var job = Described.Batch().NewJob("job");
        Described.Code(() => job.Command($"cat '{job.Output("out")}'")).ShouldBe("AR5106");
        Described.Code(() => job.Command($"echo $(( {job.Output("out")} ))")).ShouldBe("AR5106");
        RefusedAs("AR5106", $"echo \"{new[] { "a", "b" }}\"");
        RefusedAs("AR5106", $"echo '{new[] { "a", "b" }}'");
    }

    [Fact]
    public void A_value_without_text_is_refused()
    {
        var batch = Described.Batch();
        var job = batch.NewJob("first");
        RefusedAs("AR5108", $"echo {(string?)null}");
        RefusedAs("AR5108", $"echo {"a\0b"}");
        RefusedAs("AR5108", $"echo {job}");
        RefusedAs("AR5108", $"echo {batch}");
        RefusedAs("AR5108", $"echo {new object()}");
        RefusedAs("AR5108", $"echo {new[] { "a", null }}");
    }

    [Fact]
    public void A_command_must_close_what_it_opens()
    {
        RefusedAs("AR5114", $"echo 'a");
        RefusedAs("AR5114", $"echo \"a");
        RefusedAs("AR5114", $"echo $(true");
        RefusedAs("AR5114", $"( true # )");
        RefusedAs("AR5114", $"echo \\");
        RefusedAs("AR5114", $"echo `true");
        RefusedAs("AR5114", $"cat <<EOF\nx");
        RefusedAs("AR5114", $"cat <<EOF");
        RefusedAs("AR5114", $"echo ${{x");
        Described.Script($"cat <<EOF\nx\nEOF").ShouldBe("cat <<EOF\nx\nEOF");
        Described.Script($"true # it's fine").ShouldBe("true # it's fine");
    }

    [Fact]
    public void The_message_names_the_line_of_the_misuse_and_what_came_before()
    {
        var job = Described.Batch().NewJob("job");
        var line = ThisLine() + 1;
        var refused = Should.Throw<AnalysisRunnerException>(() => job.Command($"echo ${Value}"));

        var problem = refused.Problems.Single();
        problem.File.ShouldEndWith("RefusedCommandTests.cs");
        problem.Line.ShouldBe(line);
        problem.Message.ShouldContain("\"echo $\"");
    }

    private static int ThisLine([System.Runtime.CompilerServices.CallerLineNumber] int line = 0) => line;

    private static void RefusedAs(string code, CommandInterpolatedStringHandler command)
    {
        var job = Described.Batch().NewJob("job");
        Described.Code(() => job.Command(command)).ShouldBe(code);
        job.Spec().Command.ShouldBe(":"); // Nothing of it stays.
    }
}
