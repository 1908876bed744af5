using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;

namespace AnalysisRunner.Engines.Local.Isolation;

/// <summary>Which launcher a job gets, by the engine's settings.</summary>
internal sealed class ScriptLaunchers
{
    private readonly Bubblewrap? _bubblewrap;
    private readonly Containers? _containers;

    private ScriptLaunchers(Bubblewrap? bubblewrap, Containers? containers, UserLauncher users) => (_bubblewrap, _containers, Users) = (bubblewrap, containers, users);

    /// <summary>The launcher of jobs that are another user than the engine.</summary>
    public UserLauncher Users { get; }

    /// <exception cref="AnalysisRunnerException">What the settings ask for is not there or does not work.</exception>
    public static ScriptLaunchers Open(LocalEngineOptions options, string bash) => new(
        options.Isolation == JobIsolation.Bubblewrap ? Bubblewrap.Open(bash, Path.GetFullPath(options.Directory)) : null,
        options.Images == ImageRequests.Run ? Containers.Open(options.Containers) : null,
        new UserLauncher(options, bash));

    /// <summary>The launcher of a job; null when the wrapper runs its script itself.</summary>
    public IScriptLauncher? For(Attempt attempt) => attempt.Batch.Run!.Spec.Identity?.User is not null ? Users : For(attempt.Job.Spec);

    private IScriptLauncher? For(JobSpec job) => job.Image is not null && _containers is not null ? _containers : _bubblewrap;

    /// <summary>Whether some job of a batch runs where links to files elsewhere lead nowhere.</summary>
    public bool NeedsCopies(BatchSpec batch) => _containers is not null && batch.Jobs.Any(job => job.Image is not null);
}
