using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Submission;
using Spectre.Console;

namespace AnalysisRunner.Cli.Output;

/// <summary>
/// What the user sees: tables and colours on a terminal, tab-separated lines and plain text elsewhere. Text from elsewhere is made safe to print here, and
/// nowhere else.
/// </summary>
internal sealed class Screen
{
    private const int NarrowestTable = 40;
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CommandContext _context;
    private readonly bool _isColourful;
    private readonly Lazy<IAnsiConsole> _console;

    public Screen(CommandContext context)
    {
        _context = context;
        // https://no-color.org: any value that is not empty.
        var mayColour = context.Environment("NO_COLOR") is null or "" && context.Environment("TERM") is not "dumb";
        _isColourful = context.OutIsTerminal && mayColour;
        _console = new(() => Create(context.Out, context.Width, _isColourful, moves: false));
        Errors = new(() => Create(context.Error, context.Width, context.ErrorIsTerminal && mayColour, moves: context.ErrorIsTerminal && mayColour));
    }

    /// <summary>The console of progress bars.</summary>
    public Lazy<IAnsiConsole> Errors { get; }

    /// <summary>Writes a line of the result.</summary>
    public void WriteLine(string line) => _context.Out.WriteLine(TerminalText.Neutralise(line));

    /// <summary>Writes text of the result as it is, such as a file's content that goes to a pipe.</summary>
    public void WriteText(string text)
    {
        if (!_context.OutIsTerminal) _context.Out.Write(text);
        else foreach (var line in text.TrimEnd('\n').Split('\n')) WriteLine(line.TrimEnd('\r'));
    }

    /// <summary>Says how things go.</summary>
    public void Note(string line) => _context.Error.WriteLine(TerminalText.Neutralise(line));

    /// <summary>Says what went wrong: code and page with each. The pages come with the program, so that they can be opened; only of a code of a newer server there is none.</summary>
    public void Report(IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
        {
            Note(problem is { File: { } file, Line: 0 } ? $"{file}: {problem.Code}: {problem.Message}" : problem.ToString());
            Note($"    {PageOf(problem.Code)}");
        }
    }

    private static string PageOf(string code)
    {
        var page = DiagnosticPage.For(code);
        var file = Path.GetFullPath(page, AppContext.BaseDirectory);
        // A server may send anything for a code.
        return code.All(char.IsAsciiLetterOrDigit) && File.Exists(file) ? file : page;
    }

    /// <summary>Writes a value as JSON.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> form)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable)) JsonSerializer.Serialize(writer, value, form);
        _context.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>Writes JSON by hand.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable)) write(writer);
        _context.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>
    /// Writes rows: on a terminal a table that fits its width, elsewhere a line for each with tabs between the cells and no heading, so that cut, awk and sort
    /// read it.
    /// </summary>
    public void WriteTable(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows, string none)
    {
        if (rows.Count == 0) Note(none);
        if (!_context.OutIsTerminal)
        {
            foreach (var row in rows) _context.Out.WriteLine(string.Join('\t', row.Select(cell => TerminalText.OneLine(cell.Replace('\t', ' ')))));
            return;
        }
        if (rows.Count == 0) return;
        if (_context.Width is > 0 and < NarrowestTable)
        {
            // No table fits: each row as a paragraph.
            foreach (var row in rows)
            {
                for (var i = 0; i < headings.Count; i++) if (row[i].Length > 0) WriteLine($"{headings[i]}: {TerminalText.OneLine(row[i])}");
                WriteLine("");
            }
            return;
        }
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in headings) table.AddColumn(new TableColumn(new Text(heading, _isColourful ? new Style(decoration: Decoration.Bold) : Style.Plain)));
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(TerminalText.OneLine(cell), _isColourful ? StyleOf(cell) : Style.Plain)));
        _console.Value.Write(table);
    }

    /// <summary>Writes names and values, one a line; those without a value are left out.</summary>
    public void WriteFields(params (string Name, string? Value)[] fields)
    {
        var known = fields.Where(field => !string.IsNullOrEmpty(field.Value)).ToList();
        var width = known.Count == 0 ? 0 : known.Max(field => field.Name.Length) + 2;
        foreach (var (name, value) in known) WriteLine($"{(name + ":").PadRight(width)}{TerminalText.OneLine(value!)}");
    }

    private static Style StyleOf(string cell) => cell switch
    {
        "succeeded" => new Style(Color.Green),
        "failed" => new Style(Color.Red),
        "cancelled" => new Style(Color.Grey),
        "running" => new Style(Color.Blue),
        _ => Style.Plain,
    };

    private static IAnsiConsole Create(TextWriter writer, int width, bool isColourful, bool moves)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isColourful ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isColourful ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            // What moves, moves by sequences that a terminal obeys.
            Interactive = moves ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (width > 0) console.Profile.Width = width;
        return console;
    }
}
