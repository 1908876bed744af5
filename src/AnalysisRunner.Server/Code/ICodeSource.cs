using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Code;

/// <summary>Where the code of one request comes from.</summary>
internal interface ICodeSource
{
    /// <summary>Brings the commit into a mirror.</summary>
    /// <exception cref="AnalysisRunnerException">It is not there, or may not run.</exception>
    Task<ResolvedCommit> ResolveAsync(CancellationToken cancellation);

    /// <summary>The source of a submodule.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6034</c> it may not be fetched.</exception>
    ICodeSource Submodule(Submodule submodule);

    /// <summary>Its canonical URL; null when it has none.</summary>
    RepositoryUrl? Origin { get; }
}
