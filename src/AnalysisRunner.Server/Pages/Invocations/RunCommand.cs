using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Pages.Invocations;

/// <summary>The commands of a run: what ran, and what runs it again.</summary>
internal static class RunCommand
{
    /// <summary>What the driver ran.</summary>
    public static string Of(Invocation run) => run.Project is null
        ? ShellWord.QuoteAll(run.Script)
        : $"dotnet run --project {ShellWord.Quote(run.Project)}{(run.Arguments.Count == 0 ? "" : " -- " + ShellWord.QuoteAll(run.Arguments))}";

    /// <summary>The build that submits the same again, from a checkout of the commit.</summary>
    public static string Build(Invocation run)
    {
        var words = new List<string> { "dotnet", "build" };
        if (run.Project is not null) words.Add(run.Project);
        words.Add("-t:Submit");
        words.Add(Property("Dataset", run.Dataset));
        words.Add(Property("AccessLevel", run.AccessLevel.ToName()));
        words.Add(Property("AnalysisOutputPrefix", run.OutputPrefix));
        words.Add(Property("AnalysisDescription", run.Description));
        if (run.Project is null) words.Add(Property("AnalysisScript", ShellWord.QuoteAll(run.Script)));
        if (run.Arguments.Count > 0) words.Add(Property("AnalysisArguments", ShellWord.QuoteAll(run.Arguments)));
        foreach (var (name, value) in Resources(run)) words.Add(Property("Analysis" + name, value));
        return ShellWord.QuoteAll(words);
    }

    /// <summary>The command line that submits the same again.</summary>
    public static string CommandLine(Invocation run)
    {
        var words = new List<string> { "analysis-runner", "--dataset", run.Dataset, "--access-level", run.AccessLevel.ToName(), "--output-dir", run.OutputPrefix, "--description", run.Description };
        if (run.Repository is { } repository) words.AddRange(["--repository", repository.Split('/')[^1], "--commit", run.Commit]);
        foreach (var (name, value) in Resources(run)) words.AddRange(["--" + name.ToLowerInvariant(), value]);
        words.AddRange(run.Project is null ? run.Script : ["dotnet", "run", "--project", run.Project, "--", .. run.Arguments]);
        return ShellWord.QuoteAll(words);
    }

    private static IEnumerable<(string Name, string Value)> Resources(Invocation run) =>
        new (string Name, string? Value)[] { ("Image", run.ResolvedImage ?? run.Image), ("Cpu", run.Cpu), ("Memory", run.Memory), ("Storage", run.Storage) }
            .Where(resource => resource.Value is not null).Select(resource => (resource.Name, resource.Value!));

    // MSBuild splits the values of -p: at ';' and ',' and reads '%' as an escape.
    private static string Property(string name, string value) =>
        $"-p:{name}={value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal)}";
}
