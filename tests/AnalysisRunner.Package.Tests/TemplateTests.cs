using System.Text.Json;

namespace AnalysisRunner.Package.Tests;

/// <summary><c>dotnet new analysis</c>, in an empty git repository, up to a run on the local runner.</summary>
public sealed class TemplateTests
{
    [FactWithBash]
    public async Task A_new_analysis_builds_and_its_tasks_submit_it()
    {
        var packages = await Packages.GetAsync();
        var folder = await Consumer.EmptyAsync();
        foreach (var file in Directory.EnumerateFiles(folder.Folder)) File.Delete(file);
        await InstallAsync(packages, folder);
        await folder.GitAsync("init", "-q", "-b", "main");
        await SucceedAsync(folder.DotnetAsync(["new", "analysis", "--name", "rare-disease", "--output", ".", "--dataset", "fewgenomes", .. Hive(folder)]));

        (await folder.BuildAsync()).ShouldSucceed().Warnings.ShouldBeEmpty();
        await folder.CommitAsync();
        (await folder.GitAsync("status", "--porcelain")).ShouldBeEmpty();
        Tasks(folder).Keys.ShouldBe(["Dry run", "Submit (test)", "Submit (standard)"]);
        foreach (var (name, task) in Tasks(folder)) Profiles(folder)[name].ShouldBe(string.Join(' ', task.Where(argument => argument != folder.Folder)));

        (string, string)[] state = [("ANALYSIS_RUNNER_STATE", Directory.CreateDirectory(Path.Combine(packages.Root, "runner state")).FullName)];
        await SucceedAsync(folder.DotnetAsync([.. Tasks(folder)["Dry run"], "-tl:off"], state));
        Directory.EnumerateFileSystemEntries(state[0].Item2).ShouldBeEmpty();
        try
        {
            var run = await SucceedAsync(folder.DotnetAsync([.. Tasks(folder)["Submit (test)"], "-tl:off"], state));
            run.ShouldContain("second job | Hello, World");
        }
        finally
        {
            await SucceedAsync(folder.DotnetAsync(["build", "-t:LocalRunnerStop", "-p:Force=true", "-tl:off"], state));
        }
    }

    [Fact]
    public async Task In_a_repository_with_a_global_json_the_version_can_stand_in_the_project()
    {
        var packages = await Packages.GetAsync();
        var folder = await Consumer.EmptyAsync();
        folder.Write("global.json", "{ }");
        await InstallAsync(packages, folder);

        await SucceedAsync(folder.DotnetAsync(["new", "analysis", "--name", "Study1", "--pin-in-project", .. Hive(folder)]));

        File.Exists(folder.PathOf("Study1/global.json")).ShouldBeFalse();
        folder.Read("Study1/Study1.csproj").ShouldContain($"<Project Sdk=\"AnalysisRunner.Sdk/{Packages.Version}\">");
        (await folder.BuildAsync(["build", "Study1"])).ShouldSucceed();
    }

    private static Task<string> InstallAsync(Packages packages, Consumer folder) =>
        SucceedAsync(folder.DotnetAsync(["new", "install", Path.Combine(packages.Feed, $"AnalysisRunner.Templates.{Packages.Version}.nupkg"), .. Hive(folder)]));

    // Each test has templates of its own: two cannot be installed at once.
    private static string[] Hive(Consumer folder) => ["--debug:custom-hive", folder.Folder + " templates"];

    /// <summary>The arguments of the tasks of VS Code by name, as it would call <c>dotnet</c>.</summary>
    private static Dictionary<string, string[]> Tasks(Consumer folder)
    {
        using var json = JsonDocument.Parse(folder.Read(".vscode/tasks.json"));
        return json.RootElement.GetProperty("tasks").EnumerateArray().ToDictionary(
            task => task.GetProperty("label").GetString()!,
            task => task.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!.Replace("${workspaceFolder}", folder.Folder, StringComparison.Ordinal)).ToArray());
    }

    /// <summary>The arguments of the launch profiles that start <c>dotnet</c>.</summary>
    private static Dictionary<string, string> Profiles(Consumer folder)
    {
        using var json = JsonDocument.Parse(folder.Read("Properties/launchSettings.json"));
        return json.RootElement.GetProperty("profiles").EnumerateObject().Where(profile => profile.Value.TryGetProperty("commandLineArgs", out _))
            .ToDictionary(profile => profile.Name, profile => profile.Value.GetProperty("commandLineArgs").GetString()!);
    }

    private static async Task<string> SucceedAsync(Task<CommandResult> command)
    {
        var result = await command;
        result.ExitCode.ShouldBe(0, result.Output);
        return result.Output;
    }
}
