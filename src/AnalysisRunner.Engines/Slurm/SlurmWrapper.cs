namespace AnalysisRunner.Engines.Slurm;

/// <summary>
/// The script that Slurm runs for every task, the same for all: <c>sbatch … wrapper FOLDER SUBMISSION</c>. No text of a job is in it; which job a task is
/// it reads from the files of the submission (<see cref="SubmissionFiles"/>). What it writes is read by <see cref="AttemptMarks"/>.
/// </summary>
internal static class SlurmWrapper
{
    /// <summary>The exit code of a wrapper that ran nothing, because the attempt is claimed already or cannot be.</summary>
    public const int NotClaimed = 125;

    // -p: bash obeys nothing in its environment.
    // A line of a submission's file is a list of assignments, every text in it quoted by BashText; the mark at its end shows that it is whole.
    // The claim comes first, created exclusively (noclobber), so whoever comes second never runs the script. It must not exit 0: what depends on a task is
    // to wait for the one that runs.
    // The script has a process group of its own, by job control, so that all of it can be stopped while this shell goes on and writes the end down:
    // USR1 comes from the engine (a cancellation), USR2 from the time limit, TERM from Slurm (scancel, its own limit, preemption).
    // A subshell keeps exit, exec and traps of the script away from the lines that write the end down; what bash says itself about a subshell that a signal
    // ended is no output of the job; hence the detour of stderr. The script is read as a file, so that bash numbers its lines as its author does.
    // Outputs are looked for before the exit, so that exit code 0 means here what success means to the engine, and Slurm's dependencies mean what ours do.
    // What is killed may write for another moment; not waited for longer than a second, because where nobody reaps processes their group never ends.
    // Only builtins, because each further program costs more than all the rest; mkdir where the engine has not made the folder yet, sleep where a time runs.
    public const string Text = """
        #!/bin/bash -p
        exec 3>&2 2>/dev/null </dev/null
        folder=$1 submission=$2 index=$SLURM_ARRAY_TASK_ID script= stopped= missing=
        now() { if [[ ${EPOCHREALTIME-} ]]; then at=${EPOCHREALTIME/[^0-9]/}; else printf -v at '%(%s)T000000' -1; fi; }
        stop() {
          [[ $stopped && $1 ]] && return
          stopped=${1:-$stopped}
          [[ $script ]] || return
          kill -TERM -- "-$script"
          ( sleep "$grace"; kill -KILL -- "-$script" ) & killer=$!
        }
        trap 'stop cancelled' USR1
        trap 'stop timeout' USR2
        trap 'stop terminated' TERM INT HUP
        for ((patience = 120; patience > 0; patience--)); do
          mapfile -t -s "$((index % 64))" -n 1 line <"$folder/submissions/$submission/$((index / 64))"
          [[ $line = *' #' ]] && break
          sleep 0.5
        done
        [[ $line = *' #' ]] || { echo "analysis-runner: the files of submission $submission cannot be read in \"$folder\"" >&3; exit 125; }
        eval "$line"
        mark=$folder/attempts/$job-$attempt
        now; started=$at
        set -C
        printf '%s\t%s\t%s\t%s\t%s\tend\n' "$submission" "$index" "$SLURM_ARRAY_JOB_ID" "$started" "${SLURMD_NODENAME-}" >"$mark.claim" || exit 125
        set +C
        ended() {
          now
          { printf '%s\t%s\t%s\t%s\t%s\n' "$1" "${2:--}" "$started" "$at" "${missing:--}"; times; printf 'end\n'; } >"$mark.end"
        }
        if [[ $group && -e $folder/attempts/$group.cancelled ]]; then ended 125 cancelled; exit 125; fi
        set -m
        ( trap - USR1 USR2 TERM INT HUP
          set +m
          work=$folder/work/$job-$attempt
          cd -- "$work" || { exec 2>&3; mkdir -p -- "$work" && cd -- "$work"; } || exit 125
          exec 2>&3 3>&- 4<<<"$text"
          export BATCH_TMPDIR=$folder/scratch
          set --
          unset folder submission index script stopped missing at patience line job attempt group limit grace text checks remains mark started work
          unset -f now ended stop
          set +p -euo pipefail
          . /dev/fd/4 ) &
        script=$!
        [[ $stopped ]] && stop
        if [[ $limit ]]; then ( sleep "$limit"; kill -USR2 $$ ) & watch=$!; fi
        while :; do wait "$script"; code=$?; kill -0 "$script" || break; done
        if [[ $stopped ]]; then while kill -0 -- "-$script" && kill -0 "$killer"; do sleep 0.05; done; fi
        trap '' USR1 USR2 TERM INT HUP
        if kill -KILL -- "-$script"; then for ((patience = 20; patience > 0; patience--)); do kill -0 -- "-$script" || break; sleep 0.05; done; fi
        [[ ${watch-} ]] && kill -KILL -- "-$watch"
        [[ ${killer-} ]] && kill -KILL -- "-$killer"
        if [[ $remains ]] && [[ $stopped || $code -gt 128 ]]; then eval "$remains"; fi
        if [[ $code = 0 && $checks ]]; then BATCH_TMPDIR=$folder/scratch; eval "$checks"; fi
        ended "$code" "$stopped"
        [[ $stopped || $missing ]] && exit 1
        exit "$code"
        """;
}
