using System.Globalization;
using System.Text;

namespace AnalysisRunner.Server.Record.Databases;

/// <summary>What follows a change of an invocation in the same transaction, and only where there was one.</summary>
/// <param name="Text">
/// One statement with <c>?</c> for each value and <c>{changed}</c> for a table of the changed invocation, with its position, recorded_at and last_sequence.
/// </param>
/// <param name="Values">The values in their order.</param>
internal sealed record Consequence(string Text, params SqlValue[] Values)
{
    /// <summary>The text with the name of that table, and the values numbered as those of a statement.</summary>
    public string Write(string changed, int firstNumber)
    {
        var text = new StringBuilder(Text.Length + changed.Length + 16);
        foreach (var c in Text)
        {
            if (c == '?') text.Append(CultureInfo.InvariantCulture, $"${firstNumber++}");
            else text.Append(c);
        }
        return text.Replace("{changed}", changed).ToString();
    }
}
