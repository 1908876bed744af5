using AnalysisRunner.Contracts;
using AnalysisRunner.Engines.Local.Users;
using AnalysisRunner.Server.Policies;

namespace AnalysisRunner.Server.Runs;

/// <summary>The users of a dataset's levels, as owners of its storage.</summary>
/// <param name="MainOwner">Who owns what is kept in <c>main</c>, and the group that reads it.</param>
/// <param name="MainGroup">The group that comes into <c>main</c>.</param>
/// <param name="TestOwner">Who owns <c>test</c>, and the group that writes there too.</param>
/// <param name="TestGroup">The group that comes into <c>test</c>.</param>
/// <param name="Standard">The user of standard; null when there is none.</param>
internal sealed record DatasetUsers(FileOwner MainOwner, uint MainGroup, FileOwner TestOwner, uint TestGroup, uint? Standard)
{
    /// <summary>The users of a dataset; a level without one leaves its part to root.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6080</c> a user cannot be used any more.</exception>
    public static DatasetUsers Of(DatasetPolicy dataset)
    {
        var (test, standard, full) = (UserOf(AccessLevel.Test), UserOf(AccessLevel.Standard), UserOf(AccessLevel.Full));
        // A level has the own groups of the levels below it, so that the lowest one's group is everybody's.
        var main = standard?.GroupId ?? full?.GroupId ?? 0;
        return new DatasetUsers(
            new FileOwner(full?.Id ?? 0, main), main,
            new FileOwner(test?.Id ?? 0, full?.GroupId ?? test?.GroupId ?? 0), test?.GroupId ?? main,
            standard?.Id);

        OsUser? UserOf(AccessLevel level) => OsUser.Of(dataset.Identities.GetValueOrDefault(level));
    }
}
