using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Pages.Batches;
using AnalysisRunner.Server.Pages.Invocations;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Tests.Record;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>Addresses, commands and values on pages.</summary>
public sealed class PageTextTests
{
    private static readonly Invocation Run = Samples.Submission(1).Invocation;

    [Fact]
    public void The_address_of_a_list_keeps_its_filters_and_begins_anew()
    {
        var url = new ListUrl(new Dictionary<string, string> { ["dataset"] = "a&b", ["cursor"] = "x" });

        url.With("user", "alice@example.org").ShouldBe("/invocations?dataset=a%26b&user=alice@example.org");
        url.With("dataset", null).ShouldBe("/invocations");
        url.Page("next").ShouldBe("/invocations?dataset=a%26b&cursor=next");
        url.Sort("state").ShouldBe("/invocations?dataset=a%26b&sort=state");
        new ListUrl(new Dictionary<string, string> { ["sort"] = "state" }).Sort("state").ShouldBe("/invocations?sort=-state");
    }

    [Fact]
    public void The_commands_that_repeat_a_run_mean_what_it_was()
    {
        var script = Run with { Project = null, Script = ["run.sh", "a b", "it's"], Arguments = [], Description = "50%; a, b" };

        RunCommand.Of(script).ShouldBe("run.sh 'a b' 'it'\\''s'");
        RunCommand.Build(script).ShouldContain("-p:AnalysisDescription=50%25%3B a%2C b'");
        RunCommand.CommandLine(script).ShouldBe(
            $"analysis-runner --dataset fewgenomes --access-level standard --output-dir hello/1 --description '50%; a, b' --repository fewgenomes --commit {Run.Commit} "
            + "--image registry.example.org/driver@sha256:1 --cpu 500m --memory 4Gi --storage 10Gi run.sh 'a b' 'it'\\''s'");
        RunCommand.Of(Run).ShouldBe("dotnet run --project Hello.csproj -- --name-to-print '' 'Ω'\\''\n'");
    }

    [Theory]
    [InlineData("https://github.com/o/r", "https://github.com/o/r/tree/abc")]
    [InlineData("https://gitlab.example.org/o/r", "https://gitlab.example.org/o/r/-/tree/abc")]
    [InlineData("https://bitbucket.org/o/r", "https://bitbucket.org/o/r/src/abc")]
    [InlineData("ssh://git@example.org/o/r", null)]
    [InlineData("javascript:alert(1)", null)]
    [InlineData(null, null)]
    public void A_commit_links_to_its_forge(string? repository, string? link) => ForgeLink.To(repository, "abc").ShouldBe(link);

    [Theory]
    [InlineData(0.25, "0.3 s")]
    [InlineData(59.9, "59.9 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(7265, "2 h 1 min")]
    [InlineData(90000, "1 d 1 h")]
    [InlineData(-5, "0.0 s")]
    public void A_duration_has_its_two_largest_units(double seconds, string text) => Texts.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1L << 40, "1 TiB")]
    public void A_size_has_its_largest_unit(long bytes, string text) => Texts.Size(bytes).ShouldBe(text);

    [Theory]
    [InlineData("host/tool:1", null, "1 cores, image host/tool:1")]
    [InlineData("host/tool:1", "host/tool@sha256:2", "1 cores, image host/tool:1, which is host/tool@sha256:2")]
    [InlineData("host/tool@sha256:2", "host/tool@sha256:2", "1 cores, image host/tool@sha256:2")]
    public void A_job_shows_its_image_and_what_the_tag_meant(string image, string? resolved, string text) =>
        JobTexts.Asked(new JobSpec { Id = 1, Name = "", Command = "", Image = image, ResolvedImage = resolved }).ShouldBe(text);

    [Fact]
    public void A_description_is_cut_to_its_first_line() => Texts.FirstLine("\n first\r\nsecond").ShouldBe("first");
}
