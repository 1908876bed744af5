using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;

namespace AnalysisRunner.Cli.Output;

/// <summary>Asks the user before something that cannot be taken back.</summary>
internal sealed class Question(CommandContext context, bool isAnswered)
{
    /// <summary>Returns when the answer is yes: by <c>--yes</c>, or by the user.</summary>
    /// <exception cref="AnalysisRunnerException">AR1064: nobody is there to ask. AR1065: the answer is no.</exception>
    public void Confirm(string text, string remedy)
    {
        if (isAnswered) return;
        if (!context.InIsTerminal)
            throw new AnalysisRunnerException(CommandLineCodes.NobodyToAsk, $"{text} There is no terminal to ask on. {remedy}");
        while (true)
        {
            context.Out.Write($"{TerminalText.OneLine(text)} (y/n): ");
            context.Out.Flush();
            var answer = context.In.Value.ReadLine() ?? throw new AnalysisRunnerException(CommandLineCodes.NobodyToAsk, $"{text} The input ended before an answer. {remedy}");
            switch (answer.Trim().ToLowerInvariant())
            {
                case "y" or "yes":
                    return;
                case "n" or "no":
                    throw new AnalysisRunnerException(CommandLineCodes.Declined, "Nothing was done, because the answer was no.");
                default:
                    context.Out.WriteLine("Unrecognised option: answer y or n.");
                    break;
            }
        }
    }
}
