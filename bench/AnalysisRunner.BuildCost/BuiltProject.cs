namespace AnalysisRunner.BuildCost;

/// <summary>One form of the project.</summary>
internal sealed class BuiltProject(string name, string folder)
{
    public string Name => name;

    /// <summary>Builds although nothing has changed, with the look at the packages that every <c>dotnet build</c> takes.</summary>
    public Task<Cost> NoOpBuildAsync() => Workspace.RunAsync(folder, "build", "-v:q");

    /// <summary>Builds from the sources, without outputs; the packages stay restored.</summary>
    public async Task<Cost> CleanBuildAsync()
    {
        var restored = Path.Combine(folder, "obj", "project.assets.json");
        if (!File.Exists(restored)) await Workspace.RunAsync(folder, "restore");
        foreach (var outputs in new[] { Path.Combine(folder, "bin"), Path.Combine(folder, "obj", "Debug") })
            if (Directory.Exists(outputs)) Directory.Delete(outputs, recursive: true);
        return await Workspace.RunAsync(folder, "build", "-v:q", "--no-restore");
    }
}
