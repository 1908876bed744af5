using System.Text.Json;
using System.Text.Json.Nodes;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;

namespace AnalysisRunner.Server.Submissions;

/// <summary>
/// Submits what an invocation was, as it was recorded: its commit by its full hash, its image, its arguments, its private config. What a caller wants
/// otherwise is a change that is recorded with the new invocation. The policy is that of today, and so are the server's own config values.
/// </summary>
internal sealed class RerunInvocation(IInvocationLog log, SubmitInvocation submission)
{
    private const string Commit = "commit";
    private const string Image = "image";
    private const string Environment = "environment";

    private static readonly HashSet<string> Members = ContractsJson.Default.SubmissionRequest.Properties.Select(property => property.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Submits it again.</summary>
    /// <param name="caller">Who asks; they see the invocation.</param>
    /// <param name="repeated">The invocation.</param>
    /// <param name="changes">Members of a submission that replace the recorded ones; <c>null</c> removes one.</param>
    /// <param name="idempotencyKey">As for a submission.</param>
    /// <param name="cancellation">Gives up before the new invocation is recorded.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6180</c>, or whatever is wrong with the submission.</exception>
    public async Task<SubmissionAccepted> ExecuteAsync(
        Caller caller, Invocation repeated, JsonObject changes, string idempotencyKey, CancellationToken cancellation)
    {
        var request = Recorded(repeated, await log.GetRequestAsync(repeated.ArGuid, cancellation) ?? throw NotRepeatable(repeated));
        var changed = Apply(request, changes);
        RequireEnvironment(repeated, changes[Environment] as JsonObject);
        return await submission.ExecuteAsync(caller, Read(request), idempotencyKey, [], cancellation, new Rerun(repeated.ArGuid, changed));
    }

    /// <summary>The request as it was understood then: names that may mean something else today are replaced by what they meant.</summary>
    private static JsonObject Recorded(Invocation repeated, string json)
    {
        var request = JsonNode.Parse(json)!.AsObject();
        if (repeated.Commit.Length > 0) request[Commit] = repeated.Commit;
        if ((repeated.ResolvedImage ?? repeated.Image) is { } image) request[Image] = image;
        if (repeated.Branch is not null) request["branch"] = repeated.Branch;
        return request;
    }

    private static List<string> Apply(JsonObject request, JsonObject changes)
    {
        var unknown = changes.Select(change => change.Key).Where(name => !Members.Contains(name))
            .Select(name => new Problem(PolicyCodes.MalformedRequest, $"A submission has no member {Quoted.Value(name)}; use {string.Join(", ", Members)}.", name)).ToList();
        if (unknown.Count > 0) throw new AnalysisRunnerException(unknown);
        var changed = new List<string>();
        foreach (var (name, value) in changes)
        {
            // Whether values of variables are the same nobody can say: the recorded ones are gone.
            if (name != Environment && JsonNode.DeepEquals(request[name], value)) continue;
            if (value is null) request.Remove(name);
            else request[name] = value.DeepClone();
            changed.Add(name);
        }
        return changed;
    }

    private static void RequireEnvironment(Invocation repeated, JsonObject? given)
    {
        var missing = repeated.EnvironmentNames.Where(name => given?[name] is null).ToList();
        if (missing.Count == 0) return;
        throw new AnalysisRunnerException(
            EndCodes.EnvironmentValuesMissing,
            $"Invocation '{repeated.ArGuid}' was given values of {string.Join(", ", missing.Select(Quoted.Value))}, and values of environment variables are not kept; give them again in 'environment'.");
    }

    private static AnalysisRunnerException NotRepeatable(Invocation repeated) => new(
        CommandLineCodes.ImportedNotRepeatable,
        $"Invocation '{repeated.ArGuid}' was imported from the log of another server, which does not keep what a repetition needs: the words of the command, resources, variables. Submit it anew.");

    private static SubmissionRequest Read(JsonObject request)
    {
        try
        {
            return request.Deserialize(ContractsJson.Default.SubmissionRequest)!;
        }
        catch (JsonException e)
        {
            throw new AnalysisRunnerException(
                [new Problem(PolicyCodes.MalformedRequest, $"The changes are not what a submission has: {e.Message}", e.Path)], e);
        }
    }
}
