using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission.Local;

/// <summary>
/// A copy of the bundled server below the state folder, so that a rebuild or a cleaned package folder never pulls files from under a running one.
/// Named by what it holds: the same files make the same copy.
/// </summary>
internal static class ServerCopy
{
    /// <summary>The program that is started.</summary>
    public const string Program = "AnalysisRunner.Server.dll";

    /// <summary>Makes sure that the copy exists; called under the start lock.</summary>
    public static string Ensure(string serverFolder, StateFolder state)
    {
        if (!File.Exists(Path.Combine(serverFolder, Program)))
        {
            throw new AnalysisRunnerException(
                BuildCodes.LocalRunnerDidNotStart,
                $"The bundled server '{Path.Combine(serverFolder, Program)}' does not exist. The AnalysisRunner.Sdk package is incomplete: restore it again, or check AnalysisRunnerServerDirectory.");
        }
        try
        {
            var files = List(serverFolder);
            var copy = Path.Combine(state.Copies, Identify(files));
            if (!Directory.Exists(copy)) Copy(files, serverFolder, copy);
            return copy;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisRunnerException(
                BuildCodes.LocalRunnerDidNotStart, $"The bundled server could not be copied from '{serverFolder}' to '{state.Copies}': {exception.Message}", exception);
        }
    }

    /// <summary>Where the copy of the folder's present files is, or would be.</summary>
    public static string PathFor(string serverFolder, StateFolder state) => Path.Combine(state.Copies, Identify(List(serverFolder)));

    /// <summary>Removes the copies that the one server of this state folder does not run from; called under the start lock, once it runs.</summary>
    public static void RemoveOthers(StateFolder state, string copy)
    {
        foreach (var folder in Directory.EnumerateDirectories(state.Copies).Where(folder => folder != copy))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A server that is still on its way out holds its files on Windows; the next start removes them.
            }
        }
    }

    private static List<(string Name, FileInfo File)> List(string folder) =>
        [.. new DirectoryInfo(folder)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetRelativePath(folder, file.FullName), File: file))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)];

    private static string Identify(List<(string Name, FileInfo File)> files)
    {
        var text = new StringBuilder();
        foreach (var (name, file) in files)
            text.Append(CultureInfo.InvariantCulture, $"{name}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static void Copy(List<(string Name, FileInfo File)> files, string serverFolder, string copy)
    {
        // Complete or not there at all: the name appears by a rename.
        var partial = copy + ".partial";
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        foreach (var (name, file) in files)
        {
            var target = Path.Combine(partial, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file.CopyTo(target);
        }
        Directory.Move(partial, copy);
    }
}
