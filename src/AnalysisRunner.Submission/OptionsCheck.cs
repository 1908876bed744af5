using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Submission;

/// <summary>Judges the options by themselves, before anything is read or built. The server judges them again.</summary>
public static class OptionsCheck
{
    /// <summary>All problems, in the order of the properties in the documentation.</summary>
    public static IReadOnlyList<Problem> Judge(SubmissionOptions options)
    {
        var problems = new List<Problem>();
        var names = options.Names;
        Dataset(options, problems);
        if (!AccessLevelNames.TryParse(options.AccessLevel, out _))
        {
            problems.Add(new Problem(
                BuildCodes.AccessLevelUnknown,
                $"The access level '{options.AccessLevel}' is none of 'test', 'standard' and 'full', and it decides what the run may touch. Set {names.AccessLevel} to one of them, in lower case.",
                Field: names.AccessLevel));
        }
        if (!options.IsLocal) Url(options, problems);
        if (!string.IsNullOrEmpty(options.OutputPrefix) && !OutputPrefix.TryParse(options.OutputPrefix, out _, out var prefixFault))
            Malformed(names.OutputPrefix, options.OutputPrefix, prefixFault!, "Give a path below the dataset's storage, such as 'qc/2024-05'.", problems);
        Words(names.Script, options.Script, problems, isCommand: true);
        Words(names.Arguments, options.Arguments, problems, isCommand: false);
        if (!string.IsNullOrEmpty(options.Cpu) && !ResourceQuantity.TryParseCpu(options.Cpu, out _))
            Malformed(names.Cpu, options.Cpu, "is not a number of cores", "Write it as '2' or '500m'.", problems);
        if (!string.IsNullOrEmpty(options.Memory) && !ResourceQuantity.TryParseBytes(options.Memory, out _))
            Malformed(names.Memory, options.Memory, "is not an amount of memory", "Write it as '4Gi' or '512M'.", problems);
        if (!string.IsNullOrEmpty(options.Storage) && !ResourceQuantity.TryParseBytes(options.Storage, out _))
            Malformed(names.Storage, options.Storage, "is not an amount of storage", "Write it as '10Gi'.", problems);
        if (!string.IsNullOrEmpty(options.Preemptible) && !bool.TryParse(options.Preemptible, out _))
            Malformed(names.Preemptible, options.Preemptible, "is neither 'true' nor 'false'", "Write one of them.", problems);
        return problems;
    }

    private static void Dataset(SubmissionOptions options, List<Problem> problems)
    {
        var (dataset, name) = (options.Dataset, options.Names.Dataset);
        if (string.IsNullOrWhiteSpace(dataset))
        {
            problems.Add(new Problem(
                BuildCodes.NoDataset, $"No dataset is named, and a run belongs to one. Add '{options.Names.Give(name, "<name>")}'{(options.ProjectFile is null ? "" : $", or set the property {name} in the project")}.", Field: name));
        }
        else if (!DatasetName.TryParse(dataset, out _))
        {
            problems.Add(new Problem(
                BuildCodes.DatasetMalformed,
                $"The dataset '{dataset}' is not a name: lower-case letters, digits and single hyphens, a letter first, at most {DatasetName.MaximumLength} characters. Check {name}.",
                Field: name));
        }
    }

    private static void Url(SubmissionOptions options, List<Problem> problems)
    {
        var (text, name) = (options.RunnerUrl!, options.Names.Server);
        var fault =
            !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") ? "is not an absolute https URL"
            : url.UserInfo.Length > 0 ? "contains user information, which would end up in logs"
            : url.Scheme == "http" && !url.IsLoopback ? "is plain http, which would show the token to the network"
            : null;
        if (fault is null) return;
        // The text may hold a password: what stands before the last '@' is left out.
        problems.Add(new Problem(
            BuildCodes.RunnerUrlMalformed, $"The {name} '{text[(text.LastIndexOf('@') + 1)..]}' {fault}. Write it as 'https://host'.", Field: name));
    }

    private static void Words(string property, string? text, List<Problem> problems, bool isCommand)
    {
        if (string.IsNullOrEmpty(text)) return;
        if (!ShellWords.TryParse(text, out var words, out var fault))
            problems.Add(new Problem(BuildCodes.CommandMalformed, $"{property} '{text}' {fault}. It is split into words as a shell would.", Field: property));
        else if (isCommand && (words.Count == 0 || words[0].Length == 0))
            problems.Add(new Problem(BuildCodes.CommandMalformed, $"{property} '{text}' names no command. Leave it empty to run the project.", Field: property));
    }

    private static void Malformed(string property, string value, string fault, string remedy, List<Problem> problems) =>
        problems.Add(new Problem(BuildCodes.OptionMalformed, $"{property} '{value}' {fault}. {remedy}", Field: property));
}
