using System;
using System.Collections.Generic;
using System.Linq;

namespace AnalysisRunner.Config;

/// <summary>Thrown when config cannot be used; carries every problem at once.</summary>
public sealed class ConfigException : Exception
{
    /// <summary>Creates the exception for these problems.</summary>
    public ConfigException(IReadOnlyList<ConfigProblem> problems)
        : base("The config cannot be used:\n"
        + string.Join("\n", (problems ?? throw new ArgumentNullException(nameof(problems))).Select(p => "  " + p)))
    {
        Problems = problems;
    }

    /// <summary>All problems, sorted by file and position; never empty.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }
}
