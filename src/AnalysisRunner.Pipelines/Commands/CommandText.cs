using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Pipelines.Commands;

/// <summary>Turns the pieces of a command into script: text as it stands, each value quoted as its place demands.</summary>
internal sealed class CommandText
{
    /// <summary>Between commands, for the next one: a batch may have a million.</summary>
    [ThreadStatic]
    private static CommandText? Idle;

    private readonly List<string> _script = [];
    private readonly ShellContext _context = new();
    private readonly List<Resource> _resources = [];
    private CodeLine _line;

    /// <summary>Renders a command.</summary>
    /// <param name="pieces">The command.</param>
    /// <param name="line">Where it is written.</param>
    /// <param name="resources">The resources that it mentions; valid until the next command.</param>
    [MethodImpl(HotPath.Method)]
    public static string Render(ReadOnlySpan<CommandPiece> pieces, CodeLine line, out ReadOnlySpan<Resource> resources)
    {
        // Values are turned into text by code that may write commands, too.
        var text = Idle ?? new CommandText();
        Idle = null;
        text._line = line;
        text._script.Clear();
        text._resources.Clear();
        text._context.Restart();
        var script = text.Read(pieces);
        resources = CollectionsMarshal.AsSpan(text._resources);
        Idle = text;
        return script;
    }

    [MethodImpl(HotPath.Method)]
    private string Read(ReadOnlySpan<CommandPiece> pieces)
    {
        // Script is read in one go up to the next value: "$" and "(" may come from different pieces.
        var script = "";
        foreach (var piece in pieces)
        {
            if (!piece.IsHole) script = Joined(script, (string)piece.Value!);
            else if (piece.Value is RawShellText raw) script = Joined(script, raw.Script);
            else
            {
                AddScript(script);
                script = "";
                AddValue(piece.Value, piece.Format);
            }
        }
        AddScript(script);
        if (_context.Unfinished is { } place)
        {
            throw _line.Fault(PipelineCodes.CommandUnfinished,
                $"The command ends {place}: \"{Excerpt(Written())}\". Each Command is a script of its own; close what it opens.");
        }
        return Written();
    }

    private static string Joined(string script, string more) => script.Length == 0 ? more : script + more;

    private string Written() => string.Concat(CollectionsMarshal.AsSpan(_script));

    private void AddScript(string script)
    {
        // Sources that were checked out with Windows line ends mean the same script.
        var unix = script.Replace("\r\n", "\n", StringComparison.Ordinal);
        _script.Add(unix);
        _context.Read(unix);
    }

    [MethodImpl(HotPath.Method)]
    private void AddValue(object? value, string? format)
    {
        var place = _context.Place;
        if (place == ShellPlace.Unsafe && _context.Obstacle is { } obstacle)
        {
            throw _line.Fault(PipelineCodes.HoleNotQuotable, $"A value stands {obstacle}; there it cannot be quoted safely. Found after \"{Tail()}\".");
        }

        if (value is Resource resource)
        {
            AddResource(resource, place);
        }
        else if (value is IEnumerable collection and not string)
        {
            if (place != ShellPlace.Plain)
            {
                throw _line.Fault(PipelineCodes.HoleInsideQuotes,
                    $"A collection stands within quotes or arithmetic after \"{Tail()}\", but it is several words. Take the quotes away; each word is quoted by itself.");
            }
            var first = true;
            foreach (var word in collection)
            {
                if (!first) _script.Add(" ");
                first = false;
                if (word is Resource member) AddResource(member, place);
                else _script.Add(Word(word, format, place));
            }
        }
        else
        {
            _script.Add(Word(value, format, place));
        }
        _context.PassHole();
    }

    private void AddResource(Resource resource, ShellPlace place)
    {
        if (place is ShellPlace.SingleQuotes or ShellPlace.Arithmetic)
        {
            throw _line.Fault(PipelineCodes.HoleInsideQuotes,
                $"The {resource.Description} stands within single quotes or arithmetic after \"{Tail()}\", where the shell does not expand its path. Take the quotes away, or use double quotes.");
        }
        _resources.Add(resource);
        if (place != ShellPlace.DoubleQuotes) _script.Add("\"");
        _script.Add(Resource.Folder);
        _script.Add(Shell.WithinDoubleQuotes(resource.Path));
        if (place != ShellPlace.DoubleQuotes) _script.Add("\"");
    }

    private string Word(object? value, string? format, ShellPlace place)
    {
        if (place == ShellPlace.Arithmetic) return Number(value);
        var text = Text(value, format);
        if (_context.AnnouncesHereDocument && text.Contains('\n'))
        {
            throw _line.Fault(PipelineCodes.HoleNotQuotable,
                $"A value with a line break stands on a line that begins a here-document, after \"{Tail()}\"; there it cannot be quoted safely.");
        }
        return place switch
        {
            ShellPlace.SingleQuotes => Shell.WithinSingleQuotes(text),
            ShellPlace.DoubleQuotes => Shell.WithinDoubleQuotes(text),
            _ => Shell.Quote(text),
        };
    }

    /// <summary>Arithmetic evaluates its text, command substitutions included, so that only a whole number is safe in it.</summary>
    private string Number(object? value)
    {
        if (value is not (sbyte or byte or short or ushort or int or uint or long or ulong or Int128 or UInt128 or BigInteger))
        {
            throw _line.Fault(PipelineCodes.HoleNotQuotable,
                $"A value of type {value?.GetType().Name ?? "null"} stands within ((…)) after \"{Tail()}\"; there the shell evaluates text whatever its quotes, so only whole numbers are taken. Give the value to a variable first.");
        }
        var digits = ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
        return digits[0] == '-' ? $"({digits})" : digits;
    }

    private string Text(object? value, string? format)
    {
        var text = value switch
        {
            string found => found,
            bool found => found ? "true" : "false",
            Job or Batch => null,
            DateTime or DateTimeOffset when format is null => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
            IFormattable found => found.ToString(format, CultureInfo.InvariantCulture),
            IEnumerable or null => null,
            RawShellText => null,
            _ => value.ToString() is var found && found != value.GetType().ToString() ? found : null,
        };
        if (text is null || text.Contains('\0'))
        {
            var what = value switch
            {
                null => "null",
                Job job => $"the job \"{job.Name}\"; use one of its files, as in job[\"out\"]",
                Batch batch => $"the batch \"{batch.Name}\"",
                string => "a text with a NUL character",
                _ => $"a value of type {value.GetType()}",
            };
            throw _line.Fault(PipelineCodes.ValueNotText, $"The command has a hole with {what} after \"{Tail()}\", which is no text that a shell could be given.");
        }
        return text;
    }

    private string Tail() => Written() is { Length: > 40 } written ? "…" + Excerpt(written[^40..]) : Excerpt(Written());

    private static string Excerpt(string script)
    {
        var line = script.ReplaceLineEndings(" ").Replace('\0', ' ');
        return line.Length <= 120 ? line : line[..120] + "…";
    }
}
