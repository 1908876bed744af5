using System.Diagnostics;
using System.Globalization;

namespace AnalysisRunner.Tests.Shared;

/// <summary>Users of this machine for one test class, each with a group of its own; removed at its end. Needs root.</summary>
public sealed class OsUsers : IDisposable
{
    private static int Count;

    private readonly List<string> _names = [];

    /// <summary>Whether users can be made here.</summary>
    public static bool Available { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/useradd");

    /// <summary>Makes a user.</summary>
    public string Add()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"artest{Environment.ProcessId}x{Interlocked.Increment(ref Count)}");
        Run("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name);
        _names.Add(name);
        return name;
    }

    public void Dispose()
    {
        foreach (var name in _names) Run("userdel", name);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/" + program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }
}

/// <summary>A test that makes users of the operating system; skipped where it cannot.</summary>
public sealed class OsUserFactAttribute : FactAttribute
{
    public OsUserFactAttribute()
    {
        if (!OsUsers.Available) Skip = "needs root on Linux, and useradd";
    }
}
