namespace AnalysisRunner.Engines.Local;

/// <summary>
/// The bash text around every script; bash 3.2 is enough. Nothing of the job is spliced into it: the script's path is <c>$0</c>, the folder to run in
/// <c>$1</c>, the machine's boot id <c>$2</c>, a command that runs the script elsewhere, if there is one, follows, and the job's variables are in the
/// environment.
/// </summary>
internal static class Wrapper
{
    /// <summary>The exit code of a wrapper that did not run the script because the attempt is claimed already or the claim could not be written.</summary>
    public const int NotClaimed = 125;

    // -p: bash itself obeys nothing in the job's environment (BASH_ENV, SHELLOPTS, functions), so no job can change the wrapper.
    public static readonly string[] BashArguments = ["--noprofile", "--norc", "-p", "-c"];

    // The claim comes first, created exclusively (noclobber), so whoever comes second never runs the script.
    // TERM is caught so that the exit code is still written down; subshells start with the default again.
    // The subshell keeps exit, exec and traps of the script away from the lines that write the exit code down.
    // What bash says itself about a subshell that a signal ended ("Killed", with its text) is no output of the job; hence the detour of stderr.
    // Only builtins: each further process would cost as much as the whole bash. Where /proc is absent (macOS), ps tells the start time.
    public const string Text = """
        if [[ -r /proc/self/stat ]]; then read -r REPLY </proc/self/stat; REPLY=(${REPLY##*) }); REPLY=${REPLY[19]}
        else REPLY=$(ps -o lstart= -p $$); fi
        set -C
        printf '%s\t%s\t%s\tend\n' "$$" "$REPLY" "$2" >"${0%/*}/claim" || exit 125
        set +C; trap : TERM INT HUP
        { ( trap - TERM INT HUP; unset REPLY; cd -- "$1" || exit 125; shift 2
            (($#)) && exec "$@"
            set +p -euo pipefail; . "$0" ) 2>&3 3>&-; } 3>&2 2>/dev/null
        set -- $?
        printf '%s\tend\n' "$1" >"${0%/*}/exit"
        exit "$1"
        """;
}
