using System.Reflection;
using System.Runtime.InteropServices;

namespace AnalysisRunner.Pipelines.Methods;

/// <summary>How this program is started again, with its method dispatched before its <c>Main</c>.</summary>
internal static class ProgramStart
{
    private static readonly Lazy<string?> Command = new(Find);

    /// <summary>The command; null when the program has no file, or the method's assembly none beside it.</summary>
    public static string? Of(MethodInfo method) => method.Module.Assembly.Location.Length > 0 ? Command.Value : null;

    private static string? Find()
    {
        if (Assembly.GetEntryAssembly()?.Location is not { Length: > 0 } entry || Environment.ProcessPath is not { } host) return null;
        var hook = typeof(ProgramStart).Assembly.Location;
        // …/shared/Microsoft.NETCore.App/10.0.0/ is where the runtime runs from; a program's own host looks for it in few other places.
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? $"{Shell.Quote(host)} exec {Shell.Quote(entry)}" : Shell.Quote(host);
        return $"{MethodCall.Variable}=1 DOTNET_STARTUP_HOOKS={Shell.Quote(hook)} DOTNET_ROOT={Shell.Quote(root)} {program}";
    }
}
