using System.Text;
using System.Text.Json;
using AnalysisRunner.Toml;
using AnalysisRunner.Toml.TestAdapter;

// decode: TOML on stdin to tagged JSON on stdout; encode: the reverse. Exit 1: the input is invalid; 2: the arguments are.
const string Usage = "usage: TomlTestAdapter decode|encode [--toml=1.0|1.1]";
var version = TomlVersion.V1_1;
string? command = null;
foreach (var argument in args)
{
    switch (argument)
    {
        case "decode" or "encode" when command is null:
            command = argument;
            break;
        case "--toml=1.0" or "-toml=1.0":
            version = TomlVersion.V1_0;
            break;
        case "--toml=1.1" or "-toml=1.1":
            version = TomlVersion.V1_1;
            break;
        default:
            Console.Error.WriteLine($"Unknown argument '{argument}'. {Usage}");
            return 2;
    }
}

if (command is null)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

using var input = new MemoryStream();
using (var stdin = Console.OpenStandardInput()) stdin.CopyTo(input);
using var stdout = Console.OpenStandardOutput();
if (command == "decode")
{
    var document = TomlDocument.Parse(input.ToArray(), "stdin", new TomlOptions { Version = version, MaximumLength = 2_000_000_000 });
    foreach (var error in document.Errors) Console.Error.WriteLine(error);
    if (document.HasErrors) return 1;
    stdout.Write(TaggedJson.Write(document.Root));
    return 0;
}

try
{
    stdout.Write(Encoding.UTF8.GetBytes(TomlWriter.Write(TaggedJson.Read(input.ToArray()), TomlDialect.Full)));
    return 0;
}
catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or TomlWriteException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
