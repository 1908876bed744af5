using AnalysisRunner.Server.Code;

namespace AnalysisRunner.Server.Runs;

/// <summary>
/// The part of a driver's script that notes what the machine is and what built the project, a line for each fact: <c>name value</c>. What cannot be found is
/// left out; it fails nothing.
/// </summary>
internal static class FactsScript
{
    /// <summary>The functions that the rest uses.</summary>
    public static string Functions(RunFolder folder) =>
        $$"""
        _ar_facts={{ShellWord.Quote(folder.Facts)}}
        _ar_sum() { { sha256sum 2>/dev/null || shasum -a 256; } | cut -d ' ' -f 1; }
        _ar_note() { [ -z "$2" ] || printf '%s %s\n' "$1" "$2" >> "$_ar_facts" || :; }
        _ar_note_machine() {
          _ar_note os "$( (. /etc/os-release && printf '%s %s ' "${ID-}" "${VERSION_ID-}") 2>/dev/null; uname -srm)"
        }

        """;

    /// <summary>The lines after a build, in the root of the checkout.</summary>
    public static string NoteBuild(DriverPlan plan, RunFolder folder)
    {
        var project = plan.Project!;
        var name = Path.GetFileNameWithoutExtension(project);
        var place = project.Contains('/', StringComparison.Ordinal) ? project[..project.LastIndexOf('/')] : ".";
        var dotnet = ShellWord.Quote(plan.DotnetHost);
        // The runtime is the newest one of the version that the program asks for: the host takes no other. Packages are listed where restore puts the list, with
        // and without a common folder for all results.
        return $$"""
            (
              set +eo pipefail
              cd -- {{ShellWord.Quote(place)}}
              _ar_note sdk "$({{dotnet}} --version 2>/dev/null)"
              config=$(cat {{ShellWord.Quote(folder.BuildResult)}}); config=${config%.dll}.runtimeconfig.json
              wanted=$(sed -n 's/.*"version": *"\([0-9]*\.[0-9]*\)\..*/\1/p' "$config" 2>/dev/null | head -n 1)
              [ -z "$wanted" ] || _ar_note runtime "$({{dotnet}} --list-runtimes 2>/dev/null | sed -n "s/^Microsoft\.NETCore\.App \($wanted\.[^ ]*\) .*/\1/p" | tail -n 1)"
              [ ! -f packages.lock.json ] || _ar_note lock "$(_ar_sum < packages.lock.json)"
              for list in obj/project.assets.json {{ShellWord.Quote(folder.Checkout)}}/artifacts/obj/{{ShellWord.Quote(name)}}/project.assets.json; do
                [ -f "$list" ] || continue
                _ar_note packages "$(sed -n 's/^ *"sha512": "\(.*\)",*$/\1/p' "$list" | LC_ALL=C sort | _ar_sum)"
                break
              done
            )
            """.ReplaceLineEndings("\n");
    }
}
