using AnalysisRunner.EndToEnd.Tests.Fixtures;

namespace AnalysisRunner.EndToEnd.Tests;

/// <summary>Words reach the program as they were meant, through MSBuild, the request and the driver's shell.</summary>
public sealed class ArgumentTests
{
    [Fact]
    public async Task Passes_arguments_to_the_program()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();

        var submit = await analysis.SubmitAsync("-p:AnalysisArguments=--name-to-print 'Ada  O'\\''Hara $HOME'");

        submit.ExitCode.ShouldBe(0, submit.Output);
        var invocation = (await analysis.State.InvocationsAsync()).ShouldHaveSingleItem();
        invocation.Arguments.ShouldBe(["--name-to-print", "Ada  O'Hara $HOME"]);
        (await analysis.State.JobLogAsync(invocation.Batches[0].Key, 2)).ShouldBe("Hello, Ada  O'Hara $HOME\n");
    }

    [Fact]
    public async Task Arguments_and_environment_reach_the_program_as_they_were_meant()
    {
        await using var analysis = await AnalysisRepository.CreateAsync();
        analysis.Write("analysis/Program.cs", """
            foreach (var argument in args) System.Console.WriteLine("<" + argument + ">");
            System.Console.WriteLine("<" + System.Environment.GetEnvironmentVariable("PLAIN") + ">");
            """);
        analysis.Edit("analysis/HelloBatch.csproj", "<AnalysisConfig Include", "<AnalysisEnvironment Include=\"PLAIN\" Value=\"$(Plain)\" /><AnalysisConfig Include");
        await analysis.CommitAsync("Print what was given");

        // In -p:, MSBuild takes ';' and ',' for separators, drops '"', and takes '%' before two hexadecimal digits for an escape.
        (string Given, string[] Meant)[] cases =
        [
            ("plain 'two  words' %22three more words%22", ["plain", "two  words", "three more words"]),
            ("'it'\\''s' %22say \\%22hi\\%22%22 back\\\\slash ''", ["it's", "say \"hi\"", "back\\slash", ""]),
            ("$HOME '${PATH}' '$(id)' `id` ~ * ?", ["$HOME", "${PATH}", "$(id)", "`id`", "~", "*", "?"]),
            ("a%3Bb '%3B' a%2Cb", ["a;b", ";", "a,b"]),
            ("50% 100%25 %2541 'a%b' %%", ["50%", "100%", "%41", "a%b", "%%"]),
            ("ünïcödé-δ 日本 %40(Compile) &lt%3B | > & !", ["ünïcödé-δ", "日本", "@(Compile)", "&lt;", "|", ">", "&", "!"]),
        ];
        var given = string.Join(' ', cases.Select(example => example.Given));
        var submit = await analysis.SubmitAsync("-p:AnalysisArguments=" + given, "-p:Plain=" + given);
        submit.ExitCode.ShouldBe(0, submit.Output);

        var printed = submit.Output.Split('\n').Where(line => line.Contains("driver | <", StringComparison.Ordinal)).Select(line => line[(line.IndexOf('<') + 1)..line.LastIndexOf('>')]);
        printed.ShouldBe([.. cases.SelectMany(example => example.Meant), Unescape(given)]);
    }

    private static string Unescape(string given) => given
        .Replace("%3B", ";", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal).Replace("%22", "\"", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
