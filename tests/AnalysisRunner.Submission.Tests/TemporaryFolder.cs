namespace AnalysisRunner.Submission.Tests;

/// <summary>A folder of one test, with symbolic links resolved.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("analysis-runner-").FullName;

    public string this[params string[] names] => System.IO.Path.Combine([Path, .. names]);

    public string Write(string name, string text)
    {
        var file = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
