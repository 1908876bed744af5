using AnalysisRunner.Contracts;

namespace AnalysisRunner.Submission.Tests;

/// <summary>A real repository, and the gate over it.</summary>
public abstract class RepositoryGateTests : IDisposable
{
    private protected TestRepository Repository { get; } = new();

    public void Dispose()
    {
        Repository.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<Git.WorkingCopyFacts> CheckAsync() => CheckAsync(Repository);

    private protected static Task<Git.WorkingCopyFacts> CheckAsync(TestRepository repository, BuildFacts? build = null) =>
        new WorkingCopyCheck(repository.WorkingCopy, _ => null).RunAsync(Some.Options(repository), build ?? new BuildFacts(), default);

    private protected Task<IReadOnlyList<Problem>> RefusalsAsync() => RefusalsAsync(Repository);

    private protected Task<IReadOnlyList<Problem>> RefusalsAsync(BuildFacts build) => RefusalsAsync(Repository, build);

    private protected static async Task<IReadOnlyList<Problem>> RefusalsAsync(TestRepository repository, BuildFacts? build = null) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(() => CheckAsync(repository, build))).Problems;

    private protected async Task<IEnumerable<string>> CodesAsync() => (await RefusalsAsync()).Select(problem => problem.Code);

    private protected static async Task<Problem> ReadRefusalAsync(string folder) =>
        (await Should.ThrowAsync<AnalysisRunnerException>(() => new Git.GitWorkingCopy(folder).ReadAsync(default))).Problems.ShouldHaveSingleItem();
}
