namespace AnalysisRunner.Server.Code;

/// <summary>
/// The arguments of one git process. Words that this code chose are added with <see cref="Add"/>; whatever comes from outside goes through
/// <see cref="AddValue"/>, which lets nothing pass that git could take for an option.
/// </summary>
public sealed class GitCommand
{
    private readonly List<string> _arguments = [];

    /// <summary>A command such as <c>rev-parse</c> with options that this code chose.</summary>
    public GitCommand(string name, params IEnumerable<string> options)
    {
        Name = name;
        _arguments.Add(name);
        _arguments.AddRange(options);
    }

    /// <summary>The command's name, for messages.</summary>
    public string Name { get; }

    /// <summary>Where git runs, given with <c>-C</c>: an absolute path; null is wherever the server runs.</summary>
    public string? Folder { get; init; }

    /// <summary>The repository, given with <c>--git-dir</c> so that git looks for no other: an absolute path.</summary>
    public string? Repository { get; init; }

    /// <summary>The one transport that it may use: <c>file</c>, <c>https</c>, <c>http</c> or <c>ssh</c>; null is none.</summary>
    public string? Transport { get; init; }

    /// <summary>The absolute path of a file in the format of git-credential-store, where it finds user names and passwords; null is none.</summary>
    public string? Credentials { get; init; }

    /// <summary>Settings for this command alone, each <c>name=value</c>; chosen by this code.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The most that it may write to stdout, in bytes.</summary>
    public int OutputLimit { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long it may take; null is the limit of <see cref="GitProcess"/>.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Everything after the command's name, as git gets it.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>Adds words that this code chose.</summary>
    public GitCommand Add(params IEnumerable<string> words)
    {
        _arguments.AddRange(words);
        return this;
    }

    /// <summary>Adds a value from outside as one argument.</summary>
    /// <exception cref="ArgumentException">The value is empty, begins with <c>-</c> or has a NUL or a line break.</exception>
    public GitCommand AddValue(string value)
    {
        if (value.Length == 0 || value[0] == '-' || value.AsSpan().IndexOfAny('\0', '\n', '\r') >= 0)
        {
            throw new ArgumentException(
                $"\"{value}\" cannot be given to git: it is empty, looks like an option or has a line break.", nameof(value));
        }
        _arguments.Add(value);
        return this;
    }
}

/// <summary>How a git process ended.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">What it wrote to stdout.</param>
/// <param name="Error">The end of what it wrote to stderr, without control characters: untrusted text.</param>
public sealed record GitResult(int ExitCode, byte[] Output, string Error)
{
    /// <summary>Whether it succeeded.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary><see cref="Output"/> as UTF-8 without the line break at its end.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Output).TrimEnd('\n');

    /// <summary>The lines of <see cref="Text"/>.</summary>
    public string[] Lines => Text.Length == 0 ? [] : Text.Split('\n');
}
