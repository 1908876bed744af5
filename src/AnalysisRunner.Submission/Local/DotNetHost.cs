namespace AnalysisRunner.Submission.Local;

/// <summary>Finds the <c>dotnet</c> program that runs the server.</summary>
internal static class DotNetHost
{
    /// <summary>The one that is named, else the one that runs this, else <c>DOTNET_HOST_PATH</c>, else the first on PATH.</summary>
    public static string Find(string? named)
    {
        var own = Environment.ProcessPath;
        return new[]
        {
            named,
            string.Equals(Path.GetFileNameWithoutExtension(own), "dotnet", StringComparison.OrdinalIgnoreCase) ? own : null,
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
            ProgramPath.Find("dotnet"),
        }.FirstOrDefault(File.Exists)
            ?? throw ServerProcess.Failed("the 'dotnet' program was not found. Put it on PATH, or set DOTNET_HOST_PATH to it.");
    }
}
