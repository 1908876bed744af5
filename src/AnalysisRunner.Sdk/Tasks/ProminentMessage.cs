using Microsoft.Build.Framework;

namespace AnalysisRunner.Sdk.Tasks;

/// <summary>
/// A message that every logger shows, and at once. The terminal logger, which is on in interactive terminals, shows no message of a project whatever
/// its importance, except for those marked as output (<c>TLTESTOUTPUT</c>, by which <c>dotnet test</c> prints) after the target <c>_TestRunStart</c>. To all
/// other loggers a marked message is an ordinary one of high importance.
/// </summary>
internal static class ProminentMessage
{
    private const string Mark = "TLTESTOUTPUT";

    // Looked up: the MSBuild whose API we compile against (17.7) does not have it, the one that runs us (18) does.
    private static readonly System.Reflection.ConstructorInfo? Marked = typeof(BuildMessageEventArgs).Assembly
        .GetType("Microsoft.Build.Framework.ExtendedBuildMessageEventArgs")
        ?.GetConstructor([typeof(string), typeof(string), typeof(string), typeof(string), typeof(MessageImportance)]);

    public static BuildMessageEventArgs Create(string line, string sender) =>
        Marked?.Invoke([Mark, line, null, sender, MessageImportance.High]) as BuildMessageEventArgs
        ?? new BuildMessageEventArgs(line, helpKeyword: null, sender, MessageImportance.High);
}
