using AnalysisRunner.Server.Record;
using static AnalysisRunner.Server.Tests.Record.Samples;

namespace AnalysisRunner.Server.Tests.Record;

public abstract partial class InvocationLogContract
{
    [ContractFact]
    public async Task Users_and_images_are_filtered_by_their_beginnings_as_they_are_recorded()
    {
        (string User, string? Image)[] recorded =
        [
            ("ann@example.org", "tools/a:1"), ("anna@example.org", "tools/a:10"), ("Anna@example.org", "Tools/a:1"), ("an_a@example.org", "tools/a%:1"), ("bob@example.org", null),
            ("äda@example.org", "tools/ä:1"), ("ann@example.org", "tools/a:1"),
        ];
        for (var number = 1; number <= recorded.Length; number++)
        {
            var submission = Submission(number);
            var (user, image) = recorded[number - 1];
            await Log.RecordAsync(
                submission with { Invocation = submission.Invocation with { SubmittedBy = user, Image = image, Dataset = number % 2 == 0 ? "even" : "odd", Description = $"cohort{number}" } }, None);
        }
        string[] Expected(Func<(string User, string? Image), bool> holds, InvocationQuery query) =>
        [
            .. Enumerable.Range(1, recorded.Length).Reverse().Where(number => holds(recorded[number - 1]) && (query.Dataset is null || number % 2 == 0))
                .OrderByDescending(number => query.Order == InvocationOrder.User ? recorded[number - 1].User : "", StringComparer.Ordinal).Select(ArGuid),
        ];

        // Few rows are looked up; many are met along the list.
        await using var walking = await InvocationLog.OpenAsync(Options with { FewHits = 0 });
        foreach (var log in new[] { Log, walking })
        {
            foreach (var query in new[] { new InvocationQuery { Limit = 2 }, new() { Limit = 2, Dataset = "even" }, new() { Limit = 2, Order = InvocationOrder.User }, new() { Limit = 2, Text = "cohort" } })
            {
                foreach (var user in new[] { "a", "an", "ann", "ann@", "ann@example.org", "anna", "an_", "an%", "Ann", "ANN", "ä", "nn", "bob@example.org.au", "zoe" })
                    (await GuidsAsync(query with { SubmittedBy = user }, log)).ShouldBe(Expected(one => one.User.StartsWith(user, StringComparison.Ordinal), query), $"{user} in {query}");
                foreach (var image in new[] { "t", "tools/a", "tools/a:1", "tools/a:10", "tools/a%", "tools/_", "Tools", "ools", "none" })
                    (await GuidsAsync(query with { Image = image }, log)).ShouldBe(Expected(one => one.Image?.StartsWith(image, StringComparison.Ordinal) == true, query), $"{image} in {query}");
                (await GuidsAsync(query with { SubmittedBy = "an", Image = "tools/a:" }, log)).ShouldBe(
                    Expected(one => one.User.StartsWith("an", StringComparison.Ordinal) && one.Image?.StartsWith("tools/a:", StringComparison.Ordinal) == true, query));
            }
        }
    }
}
