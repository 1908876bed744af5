using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>Exactly one of project and script says what to run, in a form that can be run.</summary>
internal sealed partial class CommandRule : ISubmissionRule
{
    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        var hasScript = request.Script is { Count: > 0 };
        if (request.Project is null == !hasScript)
        {
            yield return new Problem(
                PolicyCodes.Command,
                hasScript
                    ? "Both a project and a script are given; a run has one command. Send only one of them."
                    : "Neither a project nor a script is given; send the project to build and run, or a command with its arguments.",
                hasScript ? "script" : "project");
        }

        if (request.Project is not null && ProjectFault(request.Project) is { } fault)
        {
            yield return new Problem(
                PolicyCodes.Command,
                $"The project {Quoted.Value(request.Project)} {fault}; give a project file's path relative to the repository's root.",
                "project");
        }

        if (request.Configuration is not null && !ConfigurationPattern().IsMatch(request.Configuration))
        {
            yield return new Problem(
                PolicyCodes.Command,
                $"The configuration {Quoted.Value(request.Configuration)} is not a configuration name; use letters, digits, '.', '_' and '-'.",
                "configuration");
        }

        if (hasScript && ScriptFault(request.Script![0], request.WorkingDirectory) is { } scriptFault)
        {
            yield return new Problem(
                PolicyCodes.Command,
                $"The script {Quoted.Value(request.Script[0])} {scriptFault}; give a path in the commit or the name of a program on the driver's PATH.",
                "script");
        }
    }

    private static string? ProjectFault(string project) =>
        !RepositoryPath.TryParse(project, out _, out var fault) ? fault
        : project.EndsWith("proj", StringComparison.OrdinalIgnoreCase) ? null
        : "is not a project file";

    private static string? ScriptFault(string? script, string? workingDirectory) => script switch
    {
        null or "" => "is empty",
        _ when script[0] == '/' => "is absolute",
        _ when script[0] == '-' => "begins with '-'",
        // A working directory that is wrong itself is another rule's matter.
        _ => PathFault(ScriptPath.Resolve(RepositoryPath.TryParse(workingDirectory, out var folder, out _) ? folder.ToString() : "", script)),
    };

    private static string? PathFault(string? path) =>
        path is null ? "leaves the repository"
        : RepositoryPath.TryParse(path, out _, out var fault) ? null
        : fault;

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ConfigurationPattern();
}
