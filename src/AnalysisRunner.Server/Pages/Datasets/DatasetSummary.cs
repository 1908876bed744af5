using AnalysisRunner.Contracts;

namespace AnalysisRunner.Server.Pages.Datasets;

/// <summary>A dataset as one of its members sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Levels">The levels that the reader may run at.</param>
/// <param name="Repositories">The repositories that may run on it; null where any work tree may.</param>
/// <param name="IsUnenforced">Whether its levels are not enforced by the engine.</param>
/// <param name="Recent">Its newest invocations.</param>
public sealed record DatasetSummary(string Name, IReadOnlyList<AccessLevel> Levels, IReadOnlyList<string>? Repositories, bool IsUnenforced, IReadOnlyList<Invocation> Recent);
