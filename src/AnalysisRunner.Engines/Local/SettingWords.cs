using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Engines.Local;

/// <summary>The words in which owners of machines and clusters write what an engine does, the same for every engine.</summary>
internal static class SettingWords
{
    public static readonly (string Name, ImageRequests Value)[] Images =
        [("refuse", ImageRequests.Refuse), ("ignore", ImageRequests.Ignore), ("run", ImageRequests.Run)];

    public static readonly (string Name, ScratchRetention Value)[] Retentions =
        [("until-success", ScratchRetention.UntilSuccess), ("until-end", ScratchRetention.UntilEnd), ("until-forgotten", ScratchRetention.UntilForgotten)];

    /// <summary>What a word means; <paramref name="otherwise"/> without one, and with a word that means nothing, which is added to the problems.</summary>
    public static T OneOf<T>(string key, string? text, (string Name, T Value)[] known, T otherwise, List<Problem> problems)
    {
        if (text is null) return otherwise;
        foreach (var (name, value) in known)
        {
            if (name == text) return value;
        }
        problems.Add(Malformed(key, text, string.Join(", ", known.Select(one => $"\"{one.Name}\""))));
        return otherwise;
    }

    public static Problem Malformed(string key, string text, string expected) =>
        new(EngineCodes.EngineSettingMalformed, $"The engine's setting \"{key}\" is \"{text}\"; give {expected}.", key);
}
