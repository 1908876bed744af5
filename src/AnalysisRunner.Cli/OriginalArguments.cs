using System.CommandLine;

namespace AnalysisRunner.Cli;

/// <summary>
/// Reads a submission's words as the original does: an option may be abbreviated as long as one option begins so, and from the first word that is no
/// option's, everything belongs to the script (analysis-runner spec §1.1, §1.2).
/// </summary>
internal static class OriginalArguments
{
    // Those of the original come first: an abbreviation that its users know keeps its meaning whatever we add.
    private static readonly string[] Originals =
    [
        "--dataset", "--output-dir", "--repository", "--repo", "--commit", "--description", "--access-level", "--cwd", "--use-test-server", "--server-url", "--image", "--cpu",
        "--memory", "--storage", "--preemptible", "--no-preemptible", "--env", "--config", "--skip-repo-checkout", "--help",
    ];

    /// <summary>The same words with options written out, and <c>--</c> before the script.</summary>
    /// <exception cref="UsageException">An abbreviation is no option's, or that of several.</exception>
    public static IReadOnlyList<string> Rewrite(Command submit, IReadOnlyList<string> words)
    {
        var written = new List<string>();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            // '--' ends the options; the original would hand it to the script, where it is of no use to anyone.
            if (word == "--") return [.. written, .. Script(words, i + 1)];
            if (word.Length < 2 || word[0] != '-') return [.. written, .. Script(words, i)];

            var (name, value) = Split(word);
            if (name is "-h" or "-?" or "--help") return ["--help"];
            var option = Find(submit, name);
            if (option is null) throw new UsageException($"There is no option '{name}'. See '{CommandLine.Program} submit --help'.");
            // The option's own name, whichever of its names was meant.
            name = option.Name;
            written.Add(name);
            if (option.Arity.MaximumNumberOfValues == 0)
            {
                if (value is not null) throw new UsageException($"The option '{name}' takes no value, and is given '{value}'.");
                continue;
            }
            if (value is null)
            {
                if (i + 1 == words.Count) throw new UsageException($"The option '{name}' lacks its value.");
                value = words[++i];
            }
            // In one word: a value that begins with '-' is a value here.
            written[^1] += "=" + value;
        }
        return written;
    }

    private static IReadOnlyList<string> Script(IReadOnlyList<string> words, int start) => start == words.Count ? [] : ["--", .. words.Skip(start)];

    private static (string Name, string? Value) Split(string word)
    {
        if (word.StartsWith("--", StringComparison.Ordinal))
            return word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? (word[..equals], word[(equals + 1)..]) : (word, null);
        // -oout is -o out.
        return word.Length == 2 ? (word, null) : (word[..2], word[2..]);
    }

    private static Option? Find(Command submit, string name)
    {
        var all = submit.Options.SelectMany(option => option.Aliases.Prepend(option.Name).Select(alias => (Option: option, Name: alias))).ToList();
        if (all.Find(found => found.Name == name) is { Option: { } exact }) return exact;
        if (!name.StartsWith("--", StringComparison.Ordinal)) return null;
        var begun = all.Where(found => found.Name.StartsWith(name, StringComparison.Ordinal)).ToList();
        var original = begun.Where(found => Originals.Contains(found.Name, StringComparer.Ordinal)).ToList();
        if (original.Count > 0) begun = original;
        if (begun.Count == 0) return null;
        return begun.Select(found => found.Option).Distinct().Count() == 1
            ? begun[0].Option
            : throw new UsageException($"'{name}' may be {string.Join(" or ", begun.Select(found => found.Name))}. Write more of it.");
    }
}
