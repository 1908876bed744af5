using System.Text.RegularExpressions;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Submissions.Rules;

/// <summary>Environment variables have names that a shell can export, and none that would change who or what the run is.</summary>
internal sealed partial class EnvironmentRule : ISubmissionRule
{
    private const int MaximumLength = 32_000;

    public IEnumerable<Problem> Check(SubmissionRequest request)
    {
        foreach (var (name, value) in request.Environment ?? new Dictionary<string, string>())
        {
            if (!IsName(name))
            {
                yield return new Problem(
                    PolicyCodes.EnvironmentVariable,
                    $"{Quoted.Value(name)} is not a name that an environment variable can have; use letters, digits and '_', not starting with a digit.",
                    "environment");
            }
            else if (IsReserved(name))
            {
                yield return new Problem(
                    PolicyCodes.EnvironmentVariable,
                    $"The environment variable {Quoted.Value(name)} is reserved: it decides which config, identity or programs a run has. Choose another name.",
                    $"environment.{name}");
            }
            else if (value is null || value.Contains('\0') || value.Length > MaximumLength)
            {
                yield return new Problem(
                    PolicyCodes.EnvironmentVariable,
                    $"The value of the environment variable {Quoted.Value(name)} is null, has a NUL character or is longer than {MaximumLength} characters; set a text without them.",
                    $"environment.{name}");
            }
        }
    }

    /// <summary>Whether a text can be the name of a variable.</summary>
    public static bool IsName(string text) => NamePattern().IsMatch(text);

    /// <summary>
    /// Names that a run may not set. The last group is how bash itself is told to run code before a script or to change how it reads one.
    /// </summary>
    public static bool IsReserved(string name) =>
        name is DriverEnvironment.ConfigPath or "PATH" or "HOME"
        || name.StartsWith("ANALYSIS_RUNNER_", StringComparison.Ordinal)
        || name.StartsWith("LD_", StringComparison.Ordinal)
        || name.StartsWith("DYLD_", StringComparison.Ordinal)
        || name.StartsWith("BATCH_", StringComparison.Ordinal)
        || name is "BASH_ENV" or "ENV" or "BASHOPTS" or "SHELLOPTS" or "IFS" or "PS4" or "EUID" or "UID" or "PPID";

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
