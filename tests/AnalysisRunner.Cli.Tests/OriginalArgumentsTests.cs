using System.CommandLine;
using AnalysisRunner.Cli.Commands;
using AnalysisRunner.Cli.Output;

namespace AnalysisRunner.Cli.Tests;

/// <summary>The original's command lines are read as the original reads them.</summary>
public sealed class OriginalArgumentsTests
{
    [Theory]
    [InlineData("--dataset d -o out --description hi run.sh --flag x", "--dataset=d --output-dir=out --description=hi -- run.sh --flag x")]
    [InlineData("--output out --desc hi --access test ./run.sh", "--output-dir=out --description=hi --access-level=test -- ./run.sh")]
    [InlineData("--repo r --commit c python3 main.py", "--repository=r --commit=c -- python3 main.py")]
    [InlineData("--reposit r --dataset=d x", "--repository=r --dataset=d -- x")]
    [InlineData("-oout -eA=1 -e B=x=y -e C= x", "--output-dir=out --env=A=1 --env=B=x=y --env=C= -- x")]
    [InlineData("--no-pre --cpu -1 x", "--no-preemptible --cpu=-1 -- x")]
    [InlineData("--conf c.toml x", "--config=c.toml -- x")]
    [InlineData("--use --skip x --dataset late", "--use-test-server --skip-repo-checkout -- x --dataset late")]
    [InlineData("--dataset d -- echo a -- b", "--dataset=d -- echo a -- b")]
    [InlineData("--dataset d - x", "--dataset=d -- - x")]
    [InlineData("--dataset d", "--dataset=d")]
    [InlineData("--help", "--help")]
    public void Writes_options_out_and_leaves_the_script_alone(string given, string written) =>
        OriginalArguments.Rewrite(Submit(), given.Split(' ')).ShouldBe(written.Split(' '));

    [Theory]
    [InlineData("--d x", "--dataset or --description")]
    [InlineData("--co x", "--commit or --config")]
    [InlineData("--branch b", "no option '--branch'")]
    [InlineData("-z", "no option '-z'")]
    [InlineData("--preemptible=yes x", "takes no value")]
    [InlineData("--dataset", "lacks its value")]
    public void Says_what_cannot_be_meant(string given, string what) =>
        Should.Throw<UsageException>(() => OriginalArguments.Rewrite(Submit(), given.Split(' '))).Message.ShouldContain(what);

    private static Command Submit()
    {
        var context = new InProcess("/").Context(TextWriter.Null, TextWriter.Null);
        return SubmitCommand.Create(context, new Screen(context));
    }
}
