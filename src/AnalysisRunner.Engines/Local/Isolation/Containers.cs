using System.Diagnostics;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local.Isolation;

/// <summary>Runs scripts in containers of the image that the job names (<see cref="ContainerCommand"/>). The image must hold a bash.</summary>
internal sealed class Containers : IScriptLauncher
{
    private readonly ContainerCommand _command;

    private Containers(ContainerCommand command) => _command = command;

    /// <exception cref="AnalysisRunnerException">The program is not there.</exception>
    public static Containers Open(ContainerOptions options) => Programs.Find(options.Program) is { } program
        ? new Containers(new ContainerCommand(options, program))
        : throw new AnalysisRunnerException(EngineCodes.IsolationMissing,
            $"The engine is set to run images with \"{options.Program}\", and there is no such program. Install it, name another, or set images to Refuse or Ignore.");

    public IReadOnlyList<string> Command(Attempt attempt, Dictionary<string, string> environment)
    {
        // The program finds its own files by its own variables.
        foreach (var name in ContainerCommand.Reserved)
        {
            if (Environment.GetEnvironmentVariable(name) is { } own) environment[name] = own;
        }
        return _command.Run(attempt.Job.Spec, Name(attempt), attempt.Batch.Folder.Scratch, attempt.Folder.Work, attempt.Folder.Script);
    }

    public void EndRemains(Attempt attempt)
    {
        // The container's processes are children of its own monitor, not of the program that was stopped.
        if (_command.Kill(Name(attempt)) is not { } words) return;
        using var kill = Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        kill.OutputDataReceived += static (_, _) => { };
        kill.ErrorDataReceived += static (_, _) => { };
        kill.BeginOutputReadLine();
        kill.BeginErrorReadLine();
        // It fails when there is no such container any more, which is what is wanted.
        kill.WaitForExit();
    }

    public AttemptResult? OwnFailure(Attempt attempt, int? exitCode) => exitCode == _command.OwnExitCode ? EndedAttempt.NoContainer(attempt.Job.Spec.Image!) : null;

    private static string Name(Attempt attempt) => ContainerCommand.Name(attempt.Batch.Folder.Path, attempt.Job.Spec.Id, attempt.Number);
}
