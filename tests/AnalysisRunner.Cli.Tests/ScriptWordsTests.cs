using AnalysisRunner.Cli.Output;
using AnalysisRunner.Cli.Submitting;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Cli.Tests;

/// <summary>How the words of a script become a command (analysis-runner spec §1.3).</summary>
public sealed class ScriptWordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("run.sh", "./run.sh")]
    [InlineData("./run.sh", "./run.sh")]
    [InlineData("sub/run.sh", "sub/run.sh")]
    [InlineData("git", "git")]
    [InlineData("nosuchfolder/run.sh", "nosuchfolder/run.sh")]
    public void Names_a_script_by_its_folder(string given, string meant)
    {
        _folder.Write("run.sh", "#!/usr/bin/env bash\n");
        _folder.Write("sub/run.sh", "#!/usr/bin/env bash\n");
        Find([given, "a b"]).ShouldBe([meant, "a b"]);
    }

    [Theory]
    [InlineData("main.py", "#!/usr/bin/env python3")]
    [InlineData("main.sh", "#!/usr/bin/env bash")]
    [InlineData("main.R", "#!/usr/bin/env Rscript")]
    [InlineData("main", "such as")]
    public void Refuses_a_script_that_does_not_say_what_reads_it(string name, string remedy)
    {
        _folder.Write(name, "print('hi')\n");
        var problem = Should.Throw<AnalysisRunnerException>(() => Find([name])).Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe(CommandLineCodes.ShebangMissing);
        problem.Message.ShouldContain("Couldn't find shebang at start of");
        problem.Message.ShouldContain(remedy);
        Find(["python3", name]).ShouldBe(["python3", name], "the program is named");
    }

    [Fact]
    public void An_empty_script_says_nothing_either()
    {
        _folder.Write("empty.sh", "");
        Should.Throw<AnalysisRunnerException>(() => Find(["empty.sh"])).Problems[0].Code.ShouldBe(CommandLineCodes.ShebangMissing);
    }

    [Fact]
    public void Asks_about_a_program_that_is_unknown_here()
    {
        Should.Throw<AnalysisRunnerException>(() => Find(["no-such-program"])).Problems[0].Code.ShouldBe(CommandLineCodes.NobodyToAsk);
        Should.Throw<AnalysisRunnerException>(() => Find(["no-such-program"], new InProcess(_folder.Path) { IsTerminal = true, Input = "perhaps\nNo\n" })).Problems[0].Code.ShouldBe(CommandLineCodes.Declined);
        Find(["no-such-program"], new InProcess(_folder.Path) { IsTerminal = true, Input = "Y\n" }).ShouldBe(["no-such-program"]);
        Find(["no-such-program"], isAnswered: true).ShouldBe(["no-such-program"]);
    }

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<string> Find(string[] words, InProcess? process = null, bool isAnswered = false)
    {
        var context = (process ?? new InProcess(_folder.Path)).Context(TextWriter.Null, TextWriter.Null);
        return ScriptWords.Find(words, _folder.Path, name => name == "PATH" ? Environment.GetEnvironmentVariable("PATH") : null, new Question(context, isAnswered));
    }
}
