using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Tests;

public sealed class OptionsCheckTests
{
    private static readonly SubmissionOptions Good = new() { ProjectFile = "/home/analyst/app.csproj", Dataset = "fewgenomes", AccessLevel = "test" };

    [Fact]
    public void Accepts_the_least() => OptionsCheck.Judge(Good).ShouldBeEmpty();

    [Fact]
    public void Accepts_everything_at_once() => OptionsCheck.Judge(Good with
    {
        RunnerUrl = "https://runner.example.org/base",
        OutputPrefix = "qc/2024",
        Arguments = "--name 'Ada L'",
        Cpu = "500m",
        Memory = "4Gi",
        Storage = "10Gi",
        Preemptible = "True",
    }).ShouldBeEmpty();

    [Fact]
    public void Reports_all_problems_at_once() =>
        OptionsCheck.Judge(Good with { Dataset = "", AccessLevel = "Test", Arguments = "'", Cpu = "many" }).Select(problem => problem.Code)
            .ShouldBe([BuildCodes.NoDataset, BuildCodes.AccessLevelUnknown, BuildCodes.CommandMalformed, BuildCodes.OptionMalformed]);

    [Theory]
    [InlineData(null, BuildCodes.NoDataset)]
    [InlineData(" ", BuildCodes.NoDataset)]
    [InlineData("Few", BuildCodes.DatasetMalformed)]
    [InlineData("../x", BuildCodes.DatasetMalformed)]
    public void Judges_the_dataset(string? dataset, string code) =>
        OptionsCheck.Judge(Good with { Dataset = dataset }).ShouldHaveSingleItem().Code.ShouldBe(code);

    [Theory]
    [InlineData("runner.example.org", "not an absolute")]
    [InlineData("ftp://runner.example.org", "not an absolute")]
    [InlineData("http://runner.example.org", "plain http")]
    [InlineData("https://me:secret@runner.example.org", "user information")]
    public void Judges_the_url_and_repeats_no_password(string url, string reason)
    {
        var problem = OptionsCheck.Judge(Good with { RunnerUrl = url }).ShouldHaveSingleItem();
        problem.Code.ShouldBe(BuildCodes.RunnerUrlMalformed);
        problem.Message.ShouldContain(reason);
        problem.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void Plain_http_is_fine_on_this_machine() =>
        OptionsCheck.Judge(Good with { RunnerUrl = "http://localhost:8080" }).ShouldBeEmpty();

    [Fact]
    public void A_script_names_a_command() =>
        OptionsCheck.Judge(Good with { Script = "''" }).ShouldHaveSingleItem().Code.ShouldBe(BuildCodes.CommandMalformed);
}
