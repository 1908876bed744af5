using AnalysisRunner.Contracts;
using AnalysisRunner.Server.Policies;

namespace AnalysisRunner.Server.Settings;

/// <summary>The settings of a local runner: one user, who may do everything on every dataset with commits of their own work trees.</summary>
internal static class LocalSettings
{
    /// <summary>Makes them.</summary>
    /// <param name="state">The absolute path of the state folder.</param>
    /// <param name="publicUrl">Where the runner listens.</param>
    /// <param name="owner">The owner's name.</param>
    public static ServerSettings Create(string state, string publicUrl, string owner) => new()
    {
        Fixed = new FixedSettings { State = state, PublicUrl = publicUrl },
        Code = new CodeSettings { UsesWorkTrees = true },
        Issuers = [],
        Policy = new Policy
        {
            Datasets = new Dictionary<string, DatasetPolicy>(),
            AnyOther = new DatasetPolicy
            {
                Name = "",
                Members = new HashSet<string>(StringComparer.Ordinal) { owner.ToLowerInvariant() },
                Levels = Enum.GetValues<AccessLevel>().ToDictionary(level => level, _ => (IReadOnlySet<string>?)null),
                IsUnenforced = true,
                LendsStoreCredentials = true,
            },
        },
    };
}
