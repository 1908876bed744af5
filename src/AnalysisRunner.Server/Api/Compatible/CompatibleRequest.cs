using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;
using AnalysisRunner.Toml;

namespace AnalysisRunner.Server.Api.Compatible;

/// <summary>
/// A body as the original client sends it (analysis-runner spec §2.3, §2.4), read into the words of this server. Unknown keys are ignored, explicit nulls
/// mean the same as absent keys except where the spec says otherwise, and a value of the wrong type is a problem like any other.
/// </summary>
internal sealed class CompatibleRequest
{
    /// <summary>How the values of <c>config</c> are called as a layer.</summary>
    public const string ConfigLayerName = "request.toml";

    private static readonly string[] Interpreters = ["python", "python3", "bash", "sh", "rscript"];

    private readonly JsonElement _body;
    private readonly List<Problem> _problems = [];

    private CompatibleRequest(JsonElement body, bool isSubmission)
    {
        _body = body;
        var output = Required("output");
        if (output?.StartsWith("gs://", StringComparison.Ordinal) == true) Report("output", "Output directory cannot start with \"gs://\"; give the path below the dataset's storage.");
        var (dataset, level) = (Required("dataset"), Required("accessLevel"));
        if (Text("cloud_environment") is { } environment && environment != "gcp") Report("cloud_environment", $"The cloud environment {Quoted.Value(environment)} is not yet supported; leave it out, or send 'gcp'.");
        Request = new SubmissionRequest
        {
            Dataset = dataset,
            AccessLevel = level,
            OutputPrefix = output,
            Image = Filled("image"),
            Config = ReadConfig(),
        };
        if (isSubmission) Request = ReadSubmission(Request);
    }

    /// <summary>The request.</summary>
    public SubmissionRequest Request { get; }

    /// <summary>What is wrong with the body, in the order in which the original checks.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>Whether the answer is wanted at the end of the run.</summary>
    public bool Wait { get; private set; }

    /// <summary>Reads the body of <c>POST /</c>.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6001</c> it is no JSON object.</exception>
    public static Task<CompatibleRequest> ReadSubmissionAsync(HttpContext context) => ReadAsync(context, isSubmission: true);

    /// <summary>Reads the body of <c>POST /config</c>.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6001</c> it is no JSON object.</exception>
    public static Task<CompatibleRequest> ReadPreviewAsync(HttpContext context) => ReadAsync(context, isSubmission: false);

    private static async Task<CompatibleRequest> ReadAsync(HttpContext context, bool isSubmission)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new CompatibleRequest(document.RootElement.Clone(), isSubmission)
                : throw new AnalysisRunnerException(PolicyCodes.MalformedRequest, $"The request's body is a JSON {document.RootElement.ValueKind}, and this route takes an object.");
        }
        catch (JsonException e)
        {
            throw new AnalysisRunnerException(PolicyCodes.MalformedRequest, $"The request's body is no JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // Text that is no Unicode: an escape of half a surrogate pair.
            throw new AnalysisRunnerException(PolicyCodes.MalformedRequest, $"The request's body has text that is not Unicode: {e.Message}", e);
        }
    }

    private SubmissionRequest ReadSubmission(SubmissionRequest request)
    {
        var (repository, commit) = (Filled("repo"), Filled("commit"));
        if (repository is not null && commit is null) Report("commit", "Missing commit parameter: only committed code runs; send the commit's hash.");
        if (repository is null && commit is not null) Report("repo", "Missing repo parameter: a commit is given and no repository that has it.");
        if (commit == "HEAD") Report("commit", "Invalid commit parameter: 'HEAD' is another commit on every machine; send its hash.");
        var description = Required("description");
        var script = ReadScript(repository is not null);
        Wait = Boolean("wait") ?? false;
        return request with
        {
            Repository = repository,
            Commit = commit,
            Branch = Filled("branch"),
            WorkingDirectory = Text("cwd"),
            Description = description,
            Script = script,
            Cpu = _body.TryGetProperty("cpu", out _) ? Quantity("cpu") : "1",
            Memory = Quantity("memory"),
            Storage = Quantity("storage"),
            Preemptible = _body.TryGetProperty("preemptible", out _) ? Boolean("preemptible") : true,
            Environment = ReadEnvironment(),
        };
    }

    private List<string>? ReadScript(bool hasRepository)
    {
        if (!Has("script", out var script) || (script.ValueKind == JsonValueKind.Array && script.GetArrayLength() == 0)
            || (script.ValueKind == JsonValueKind.String && script.GetString()!.Length == 0))
        {
            Report("script", "Missing script parameter: give the command and its arguments as an array of strings.");
            return null;
        }
        if (script.ValueKind != JsonValueKind.Array || script.EnumerateArray().Any(word => word.ValueKind != JsonValueKind.String))
        {
            Report("script", "Script parameter expects an array of strings: the command and its arguments, one each.");
            return null;
        }
        // Empty words are dropped on this route only, as the original does.
        var words = script.EnumerateArray().Select(word => word.GetString()!).Where(word => word.Length > 0).ToList();
        if (words.Count == 0) Report("script", "Missing script parameter: all its words are empty.");
        else if (hasRepository && words is [var only] && Interpreters.Contains(only, StringComparer.OrdinalIgnoreCase)) Report("script", $"Missing script parameter: {Quoted.Value(only)} is given no file to run.");
        return words;
    }

    private Dictionary<string, string>? ReadEnvironment()
    {
        if (!Has("environmentVariables", out var variables)) return null;
        if (variables.ValueKind != JsonValueKind.Object)
        {
            Report("environmentVariables", "The environment variables are no object; a dictionary of names and texts is expected.");
            return null;
        }
        var wrong = variables.EnumerateObject().Where(pair => pair.Value.ValueKind != JsonValueKind.String).Select(pair => $"{pair.Name}={pair.Value.GetRawText()}").ToList();
        if (wrong.Count > 0) Report("environmentVariables", $"The values of environment variables are texts, and these are none: {Quoted.Value(string.Join(", ", wrong))}.");
        return wrong.Count > 0 ? null : variables.EnumerateObject().GroupBy(pair => pair.Name).ToDictionary(same => same.Key, same => same.Last().Value.GetString()!, StringComparer.Ordinal);
    }

    private IReadOnlyList<ConfigLayer>? ReadConfig()
    {
        if (!Has("config", out var config)) return null;
        if (config.ValueKind != JsonValueKind.Object)
        {
            Report("config", "The config is no object; send the merged tables of the config files.");
            return null;
        }
        if (!config.EnumerateObject().Any()) return null;
        try
        {
            return [new ConfigLayer(ConfigLayerName, TomlWriter.Write(JsonConfig.ToMap(config), TomlDialect.Full))];
        }
        catch (Exception e) when (e is JsonException or TomlWriteException)
        {
            Report("config", $"The config has a value that TOML has no form for: {e.Message}");
            return null;
        }
    }

    private string? Required(string key)
    {
        if (_body.TryGetProperty(key, out var value))
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
            Report(key, $"The parameter '{key}' is {Quoted.Value(value.GetRawText())}, and a text is expected.");
        }
        else
        {
            Report(key, $"Missing request parameter: {key}");
        }
        return null;
    }

    private string? Text(string key)
    {
        if (!Has(key, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Report(key, $"The parameter '{key}' is {Quoted.Value(value.GetRawText())}, and a text is expected.");
        return null;
    }

    private string? Filled(string key) => Text(key) is { Length: > 0 } text ? text : null;

    // A number or a text; what Python calls false means not set.
    private string? Quantity(string key)
    {
        if (!Has(key, out var value)) return null;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return value.TryGetDouble(out var number) && number == 0 ? null : value.GetRawText();
            case JsonValueKind.String:
                return value.GetString() is { Length: > 0 } text ? text : null;
            case JsonValueKind.False:
                return null;
            default:
                Report(key, $"The parameter '{key}' is {Quoted.Value(value.GetRawText())}, and a number or a text is expected.");
                return null;
        }
    }

    private bool? Boolean(string key)
    {
        if (!Has(key, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Report(key, $"The parameter '{key}' is {Quoted.Value(value.GetRawText())}, and true or false is expected.");
        return null;
    }

    private bool Has(string key, out JsonElement value) => _body.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null;

    private void Report(string key, string message) => _problems.Add(new Problem(PolicyCodes.CompatibleParameter, message, key));
}
