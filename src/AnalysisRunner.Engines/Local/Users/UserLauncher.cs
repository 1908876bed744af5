using System.Diagnostics;
using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines.Local.Isolation;
using AnalysisRunner.Engines.Local.Processes;

namespace AnalysisRunner.Engines.Local.Users;

/// <summary>
/// Runs scripts as another user (<see cref="JobIdentity.User"/>), by <c>unshare</c> and <c>setpriv</c> of util-linux. The job has that user's ids and groups,
/// no capability and no way to gain one, and a process namespace of its own: it sees no other process, and none of its own outlives it, however it went about it.
/// </summary>
internal sealed class UserLauncher(LocalEngineOptions options, string bash) : IScriptLauncher
{
    // The first process of the namespace, still root: when it ends, the kernel ends the rest. It waits for the job, so that a stopped one can clean up.
    // Of what it says itself about a job that a signal ended, nothing is output of the job; hence the detour of stderr.
    private const string FirstProcess = """trap : TERM INT HUP; { "$@" 2>&3 3>&-; } 3>&2 2>/dev/null; exit $?""";

    // The variables come by a file that only the user can read, and only now: what obeys LD_PRELOAD and its like must not be root any more, and values on a
    // command line are for everybody to read.
    private const string RunScript =
        """umask "$2"; { while IFS= read -r -d '' REPLY; do export "$REPLY"; done <"$1"; } 2>/dev/null; shift 2; unset REPLY; set +p -euo pipefail; . "$0" """;

    // Of the host's own user, and of no meaning to another one.
    private static readonly string[] OfTheHost = ["HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "NUGET_PACKAGES"];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lazy<string?> _fault = new(Probe);

    /// <summary>Everything that forbids to run a batch with its identity.</summary>
    public IEnumerable<Problem> Refusals(BatchSpec spec)
    {
        var identity = spec.Identity!;
        foreach (var (name, value) in new[] { ("s3_role", identity.S3Role), ("gcs_service_account", identity.GcsServiceAccount), ("slurm_user", identity.SlurmUser), ("slurm_account", identity.SlurmAccount) })
        {
            if (value is not null)
                yield return new(IdentityCodes.KindNotSupported, $"The jobs are to have the {name} \"{value}\", which the local engine cannot give them. Remove it from the identity, or use an engine that can.", "identity");
        }
        if (identity.User is not { } user) yield break;
        if (OsUser.Refuse(user) is { } refusal) yield return refusal;
        else if (_fault.Value is { } fault) yield return new(IdentityCodes.UserNotUsable, $"Jobs cannot run as the user \"{user}\": {fault}", "identity");
        if (options.Isolation != JobIsolation.None) yield return Together("the engine's isolation by bubblewrap", "Set the isolation to None; users keep jobs apart.");
        foreach (var job in spec.Jobs)
        {
            if (job.Image is not null && options.Images == ImageRequests.Run)
                yield return Together($"the image \"{job.Image}\" of {BatchValidation.Name(job)}", "Leave the image out.");
            if (job.InputFiles.Select(input => input.From).Concat(job.OutputFiles.Select(output => output.To)).FirstOrDefault(FileTransfers.IsUrl) is { } url)
                yield return Together($"\"{url}\" of {BatchValidation.Name(job)}, which the engine would read or write with its own rights", "Use local paths.");
        }
    }

    public IReadOnlyList<string> Command(Attempt attempt, Dictionary<string, string> environment)
    {
        var identity = attempt.Batch.Run!.Spec.Identity!;
        var user = OsUser.Of(identity)!;
        WriteEnvironment(attempt, environment, user);
        // What is still root gets nothing that a job could have chosen.
        environment.Clear();
        environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return
        [
            Programs.Find("unshare")!, "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", bash, "--noprofile", "--norc", "-p", "-c", FirstProcess, bash,
            Programs.Find("setpriv")!, Number("--reuid=", user.Id), Number("--regid=", user.GroupId), "--groups=" + string.Join(',', user.Groups),
            "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs",
            bash, "--noprofile", "--norc", "-p", "-c", RunScript, attempt.Folder.Script, attempt.Folder.Environment, identity.SharesNewFiles ? "002" : "022",
        ];
    }

    public void EndRemains(Attempt attempt)
    {
        // Whatever it started ended with the first process of its namespace.
    }

    public AttemptResult? OwnFailure(Attempt attempt, int? exitCode) => null;

    private void WriteEnvironment(Attempt attempt, Dictionary<string, string> environment, OsUser user)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException();
        var homes = Path.Combine(Path.GetFullPath(options.Directory), "homes");
        var home = Path.Combine(homes, user.Name);
        UserFolders.CreatePassage(homes);
        UserFolders.CreateOwn(user, home);
        var own = attempt.Job.Spec.Environment;
        foreach (var name in OfTheHost.Where(name => !own.ContainsKey(name))) environment.Remove(name);
        foreach (var (name, value) in new[] { ("HOME", home), ("USER", user.Name), ("LOGNAME", user.Name), ("SHELL", bash), ("TMPDIR", attempt.Folder.Temporary) }) environment.TryAdd(name, value);
        using (var file = Disk.CreatePrivate(attempt.Folder.Environment)) file.Write(Utf8.GetBytes(string.Concat(environment.Select(variable => $"{variable.Key}={variable.Value}\0"))));
        FileOwner.Give(attempt.Folder.Environment, user.Id, user.GroupId, UnixFileMode.UserRead);
    }

    /// <summary>Tries the programs once; the answer says what is missing, null that nothing is.</summary>
    private static string? Probe()
    {
        foreach (var program in new[] { "unshare", "setpriv" })
        {
            if (Programs.Find(program) is null) return $"there is no program \"{program}\" in PATH. Install util-linux.";
        }
        var start = new ProcessStartInfo(Programs.Find("unshare")!, ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", Programs.Find("setpriv")!, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "true"])
        {
            RedirectStandardError = true,
        };
        using var probe = Process.Start(start)!;
        var errors = probe.StandardError.ReadToEnd();
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : $"a process namespace cannot be made here ({errors.Trim()}). Give the server the capability SYS_ADMIN.";
    }

    private static Problem Together(string what, string remedy) =>
        new(IdentityCodes.NotWithIdentity, $"The jobs are to run as a user of their own, and the local engine cannot do that together with {what}. {remedy}", "jobs");

    private static string Number(string option, uint number) => option + number.ToString(CultureInfo.InvariantCulture);
}
