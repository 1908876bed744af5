namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A git remote on a host: a bare repository behind a stand-in for ssh, which runs git's other half of the conversation here.</summary>
internal sealed class HostedRemote : IAsyncDisposable
{
    private readonly string _folder;

    private HostedRemote(string folder, IReadOnlyDictionary<string, string> environment)
    {
        _folder = folder;
        Environment = environment;
    }

    /// <summary>The environment in which git reaches the remote.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The folder with the stand-in, under ssh's own name, for a program that looks for ssh in <c>PATH</c>.</summary>
    public string Programs => Path.Combine(_folder, "programs");

    /// <summary>Makes the remote, adds it as origin in the scp-like form, and pushes main.</summary>
    public static async Task<HostedRemote> CreateAsync(AnalysisRepository analysis)
    {
        var folder = Directory.CreateTempSubdirectory("hosted ").FullName;
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "programs")).FullName, "ssh");
        await File.WriteAllTextAsync(program, $$"""
            #!/usr/bin/env bash
            # Called with options, the host and one command, such as: git-upload-pack 'acme/analysis.git'
            command=${!#}
            name=${command##*/}
            name=${name%\'}
            exec ${command%% *} "{{folder}}/${name%.git}.git"
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var remote = new HostedRemote(
            folder,
            new Dictionary<string, string>(analysis.State.Environment)
            {
                ["GIT_SSH_COMMAND"] = $"'{program}'",
                ["GIT_SSH_VARIANT"] = "simple",
            });
        await remote.AddAsync("analysis");
        await analysis.GitAsync("remote", "add", "origin", "git@git.example.org:acme/analysis.git");
        await remote.GitAsync(analysis.Root, "push", "--quiet", "origin", "main");
        return remote;
    }

    /// <summary>Makes another repository on the host; its address is <c>git@git.example.org:acme/NAME.git</c>.</summary>
    public async Task<string> AddAsync(string name)
    {
        var path = Path.Combine(_folder, name + ".git");
        await GitAsync(_folder, "init", "--quiet", "--bare", "--initial-branch=main", path);
        return path;
    }

    public async Task GitAsync(string folder, params string[] arguments)
    {
        await using var git = Command.Start(
            "git", ["-c", "user.name=Analyst", "-c", "user.email=analyst@example.org", "-c", "protocol.file.allow=always", .. arguments], folder, Environment);
        (await git.EndAsync()).ShouldBe(0, git.Output);
    }

    /// <summary>A dry run against a server that nobody contacts in one.</summary>
    public async Task<Outcome> DryRunAsync(AnalysisRepository analysis, IReadOnlyDictionary<string, string>? more = null, params string[] arguments)
    {
        var environment = new Dictionary<string, string>(Environment);
        foreach (var (name, value) in more ?? new Dictionary<string, string>()) environment[name] = value;
        await using var submit = Command.Start(
            "dotnet",
            ["build", analysis.Project, "-t:Submit", "-p:Dataset=fewgenomes", "-p:AnalysisDryRun=true", "-p:RunnerUrl=https://runner.example.org", "-nodeReuse:false", "-tl:off", .. arguments],
            analysis.Root,
            environment);
        return new Outcome(await submit.EndAsync(), submit.Output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
