using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Storage;

namespace AnalysisRunner.Cli.Storing;

/// <summary>Writes objects to the standard output, byte for byte.</summary>
internal sealed class Reading(CommandContext context)
{
    public async Task<int> RunAsync(IReadOnlyList<string> texts, string? range, CancellationToken cancellation)
    {
        var options = range is null ? ReadOptions.Default : Range(range);
        var paths = texts.Select(context.Parse).ToList();
        var stores = new ObjectStores();
        await using var opened = stores.ConfigureAwait(false);
        await context.Out.FlushAsync(cancellation).ConfigureAwait(false);
        var output = Console.OpenStandardOutput();
        await using var writing = output.ConfigureAwait(false);
        foreach (var path in paths)
        {
            var content = await stores.For(path).OpenReadAsync(path, options, cancellation).ConfigureAwait(false);
            await using var reading = content.ConfigureAwait(false);
            await content.CopyToAsync(output, cancellation).ConfigureAwait(false);
        }
        return ExitCodes.Success;
    }

    private static ReadOptions Range(string text)
    {
        var parts = text.Split('-');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && (parts[1].Length == 0 || (long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last >= first))
            ? new ReadOptions { Offset = first, Length = parts[1].Length == 0 ? null : long.Parse(parts[1], CultureInfo.InvariantCulture) - first + 1 }
            : throw new AnalysisRunnerException(CommandLineCodes.ValueMalformed, $"'--range {text}' is no range of bytes. Write it as '0-1023', or '1024-' for all from there.");
    }
}
