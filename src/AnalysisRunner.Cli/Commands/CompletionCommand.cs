using System.CommandLine;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Prints what a shell needs to complete our commands: it asks this program, which knows them.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _analysis_runner() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(analysis-runner "[suggest:$COMP_POINT]" "$COMP_LINE" 2> /dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _analysis_runner analysis-runner

        """;

    private const string Zsh = """
        #compdef analysis-runner
        _analysis_runner() {
          local -a found
          found=("${(@f)$(analysis-runner "[suggest:$CURSOR]" "$BUFFER" 2> /dev/null)}")
          compadd -a found || _files
        }
        compdef _analysis_runner analysis-runner

        """;

    private const string Fish = """
        complete -c analysis-runner -a '(analysis-runner "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2> /dev/null)'

        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName analysis-runner -ScriptBlock {
          param($word, $line, $cursor)
          analysis-runner "[suggest:$cursor]" "$line" | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }

        """;

    public static Command Create(CommandContext context)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or powershell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "powershell");
        var command = new ExampleCommand(
            "completion",
            "Print a script that makes a shell complete commands and options.",
            "source <(analysis-runner completion bash)",
            "analysis-runner completion fish > ~/.config/fish/completions/analysis-runner.fish");
        command.Add(shell);
        command.SetAction(parsed => context.Out.Write(parsed.GetValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        }));
        return command;
    }
}
