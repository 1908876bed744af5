using System.Globalization;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Record.Imports;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Settings;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Hosting;

/// <summary>What the program does besides serving.</summary>
internal static class ServerVerbs
{
    private const int MaximumDays = 36_500;

    /// <summary>Runs a verb; the answer is a line for people.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6185</c> the arguments are not those of a verb; or what the verb refuses.</exception>
    public static async Task<string> RunAsync(string verb, IReadOnlyList<string> arguments, Func<string, string?> environment, CancellationToken cancellation)
    {
        var option = verb switch
        {
            "check" => null,
            "backup" => "--to",
            "restore" => "--from",
            "import" => "--from",
            "forget" => "--older-than",
            _ => throw Wrong($"There is no verb {Quoted.Value(verb)}"),
        };
        var given = Parse(verb, arguments, option);
        var settings = new SettingsSource(Path.GetFullPath(given["--config"]), ReplacedEnvironment.Read(environment)).Read();
        return verb switch
        {
            "backup" => await BackUpAsync(settings, Path.GetFullPath(given[option!]), cancellation),
            "restore" => await RestoreAsync(settings, Path.GetFullPath(given[option!]), cancellation),
            "import" => await ImportAsync(settings, Path.GetFullPath(given[option!]), cancellation),
            "forget" => await ForgetAsync(settings, given[option!], cancellation),
            _ => "The settings are right.",
        };
    }

    private static async Task<string> BackUpAsync(ServerSettings settings, string file, CancellationToken cancellation)
    {
        if (File.Exists(file)) throw Wrong($"{Quoted.Value(file)} exists already, and a backup is not written over another file; name a new one");
        await using var log = await OpenAsync(settings, migrates: false);
        var unfinished = file + ".unfinished";
        try
        {
            long rows;
            await using (var target = PrivateFile.Create(unfinished))
            {
                rows = await log.BackupAsync(target, cancellation);
                target.Flush(flushToDisk: true);
            }
            File.Move(unfinished, file);
            return string.Create(CultureInfo.InvariantCulture, $"{rows} rows are in '{file}'. The key of environment values is not; back it up elsewhere.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{Quoted.Value(file)} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static async Task<string> RestoreAsync(ServerSettings settings, string file, CancellationToken cancellation)
    {
        if (!File.Exists(file)) throw Wrong($"There is no file {Quoted.Value(file)}");
        // The one who records is whoever holds the folder.
        using var held = StateLock.Take(settings.Fixed.State);
        await using var log = await OpenAsync(settings, migrates: true);
        var rows = await log.RestoreAsync(file, cancellation);
        return string.Create(CultureInfo.InvariantCulture, $"{rows} rows of '{file}' are restored.");
    }

    private static async Task<string> ImportAsync(ServerSettings settings, string file, CancellationToken cancellation)
    {
        if (!File.Exists(file)) throw Wrong($"There is no file {Quoted.Value(file)}");
        var records = ReplacedLog.Read(file, settings.Code, new StateFolders(settings.Fixed.State) { ConfigStore = settings.Fixed.ConfigStore }.Config);
        using var held = StateLock.Take(settings.Fixed.State);
        await using var log = await OpenAsync(settings, migrates: true);
        var result = await log.ImportAsync(records, cancellation);
        return string.Create(CultureInfo.InvariantCulture, $"{result.Imported} invocations of '{file}' are imported; {result.Known} were there already.");
    }

    private static async Task<string> ForgetAsync(ServerSettings settings, string days, CancellationToken cancellation)
    {
        if (!int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaximumDays)
        {
            throw Wrong($"--older-than is {Quoted.Value(days)}, which is no number of days from 0 to {MaximumDays}");
        }
        await using var log = await OpenAsync(settings, migrates: false);
        var count = await log.ForgetAsync(TimeProvider.System.GetUtcNow().AddDays(-number), cancellation);
        return string.Create(CultureInfo.InvariantCulture, $"{count} denials and idempotency keys are forgotten.");
    }

    private static Task<InvocationLog> OpenAsync(ServerSettings settings, bool migrates) => InvocationLog.OpenAsync(new InvocationLogOptions
    {
        Database = settings.Fixed.Database,
        SqliteFile = new StateFolders(settings.Fixed.State).Log,
        MayMigrate = migrates,
        PageOf = arGuid => $"{settings.Fixed.PublicUrl}/invocations/{arGuid}",
    });

    private static Dictionary<string, string> Parse(string verb, IReadOnlyList<string> arguments, string? option)
    {
        string[] wanted = option is null ? ["--config"] : ["--config", option];
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var isKnown = wanted.Contains(arguments[i], StringComparer.Ordinal) && i + 1 < arguments.Count && arguments[i + 1].Length > 0;
            if (!isKnown || !given.TryAdd(arguments[i], arguments[i + 1])) throw Wrong($"'{verb}' takes {string.Join(" and ", wanted)}, each once and with a value, and not {Quoted.Value(arguments[i])}");
        }
        return given.Count == wanted.Length ? given : throw Wrong($"'{verb}' needs {string.Join(" and ", wanted.Where(name => !given.ContainsKey(name)))}");
    }

    private static AnalysisRunnerException Wrong(string fault, Exception? inner = null) =>
        new(EndCodes.VerbArguments, $"{fault}. The program takes:\n{ServerProgram.Usage}", inner);
}
