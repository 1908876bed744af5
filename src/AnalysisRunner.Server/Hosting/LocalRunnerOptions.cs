using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Hosting;

/// <summary>How a local runner was asked to start.</summary>
/// <param name="StateFolder">The absolute path of the state folder.</param>
internal sealed record LocalRunnerOptions(string StateFolder)
{
    /// <summary>Sets <see cref="IdleLimit"/>, in seconds.</summary>
    public const string IdleVariable = "ANALYSIS_RUNNER_IDLE_SECONDS";

    /// <summary>How long the server stays without requests and running invocations.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The owner's name, as it is recorded.</summary>
    public string UserName { get; init; } = Environment.UserName;

    /// <summary>Reads a command line: <c>--local --state &lt;dir&gt;</c>.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6006</c> it is another one.</exception>
    public static LocalRunnerOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var folder = arguments switch
        {
            ["--local", "--state", { Length: > 0 } last] => last,
            ["--state", { Length: > 0 } first, "--local"] => first,
            _ => throw new AnalysisRunnerException(
                PolicyCodes.UnknownStartForm,
                $"The arguments '{string.Join(' ', arguments)}' are not a way to start this server; use '--local --state <folder>', or '--config <server.toml>' for a server of many users."),
        };
        var options = new LocalRunnerOptions(Path.GetFullPath(folder));
        if (environment(IdleVariable) is not { Length: > 0 } text) return options;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e7
            ? options with { IdleLimit = TimeSpan.FromSeconds(seconds) }
            : throw new AnalysisRunnerException(
                PolicyCodes.UnknownStartForm, $"{IdleVariable} is '{text}', which is not a positive number of seconds; correct or unset it.");
    }
}
