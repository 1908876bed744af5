using System.Diagnostics;

namespace AnalysisRunner.Server.Tests.Durability;

/// <summary>A file system of a few megabytes in memory, which can be filled and emptied again. Only root may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const string Size = "160m";

    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Why there can be none; null when there can.</summary>
    public static string? Missing { get; } = FindMissing();

    private string Filler => Path.Combine(Folder, "filler");

    public static SmallDisk Mount()
    {
        var folder = Directory.CreateTempSubdirectory("small-disk-").FullName;
        return Run("mount", "-t", "tmpfs", "-o", "size=" + Size, "tmpfs", folder) == 0 ? new SmallDisk(folder) : throw new InvalidOperationException("It cannot be mounted.");
    }

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using var file = File.Create(Filler);
        try
        {
            var block = new byte[4096];
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    public void Empty() => File.Delete(Filler);

    public void Dispose()
    {
        _ = Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static string? FindMissing()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") return "only root can mount a small disk";
        try
        {
            Mount().Dispose();
            return null;
        }
        catch (InvalidOperationException)
        {
            return "this machine lets nobody mount a small disk";
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}

/// <summary>A fact that needs a small disk, and curl.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = CurlRequirement.Missing ?? SmallDisk.Missing;
}
