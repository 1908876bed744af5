using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Submissions;

/// <summary>
/// Asks for the agreement of a second member to a run, and takes it. What is agreed to is a document that names everything that decides what will run; its
/// digest stands for it.
/// </summary>
internal sealed class Approvals(IInvocationLog log, InvocationRunner runner, CurrentSettings current, TimeProvider time)
{
    /// <summary>What is to be approved about a new invocation.</summary>
    /// <param name="invocation">The invocation, before it is recorded.</param>
    /// <param name="config">Its config.</param>
    /// <param name="requestJson">The request as it is recorded.</param>
    public NewApproval Ask(Invocation invocation, ComposedConfig config, string requestJson)
    {
        var document = Describe(invocation, config, requestJson);
        return new NewApproval(document, DigestOf(document), time.GetUtcNow() + current.Value.ApprovalTimeLimit);
    }

    /// <summary>Exactly what an invocation will run, as its approval is about.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6090</c> it needs no approval.</exception>
    public async Task<string> GetDocumentAsync(Invocation invocation, CancellationToken cancellation) =>
        await log.GetApprovalDocumentAsync(invocation.ArGuid, cancellation)
        ?? throw new AnalysisRunnerException(IdentityCodes.NotWaiting, $"Invocation '{invocation.ArGuid}' needs no approval; there is nothing to approve.");

    /// <summary>Takes the agreement of a member, and lets the invocation start.</summary>
    /// <param name="caller">Who agrees.</param>
    /// <param name="invocation">To what.</param>
    /// <param name="digest">The digest that they have seen; untrusted.</param>
    /// <exception cref="AnalysisRunnerException">They may not, or it cannot be approved.</exception>
    public async Task ApproveAsync(Caller caller, Invocation invocation, string? digest)
    {
        var (arGuid, level) = (invocation.ArGuid, invocation.AccessLevel.ToName());
        if (invocation.Approval is null || invocation.Approval.ApprovedBy is not null) throw NotWaiting(arGuid);
        var dataset = current.Policy.Find(invocation.Dataset);
        if (dataset?.MayUse(caller, invocation.AccessLevel) != true)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.NotMemberOfLevel, $"{Quoted.Value(caller.Name)} may not use level '{level}' of {invocation.Dataset}, so they cannot approve a run of it either; ask a member of that level.");
        }
        // A member could have a workflow of their own say yes to what they submitted.
        if (caller.Repository is not null)
        {
            throw new AnalysisRunnerException(IdentityCodes.OwnApproval, $"{Quoted.Value(caller.Name)} is a workflow, and a person has to approve invocation '{arGuid}'; use a token of your own.");
        }
        if (!dataset.MayUse(new Caller(invocation.SubmittedBy), invocation.AccessLevel))
        {
            throw new AnalysisRunnerException(
                IdentityCodes.SubmitterNotAllowed, $"{Quoted.Value(invocation.SubmittedBy)}, who submitted invocation '{arGuid}', may not use level '{level}' of {invocation.Dataset} any more; cancel it, and submit it yourself if it is to run.");
        }
        var outcome = await log.ApproveAsync(arGuid, digest ?? "", caller.Name, CancellationToken.None);
        if (outcome == ApprovalOutcome.Approved)
        {
            runner.Wake(arGuid);
            return;
        }
        throw outcome switch
        {
            ApprovalOutcome.Own => new AnalysisRunnerException(
                IdentityCodes.OwnApproval, $"{Quoted.Value(caller.Name)} submitted invocation '{arGuid}' and cannot approve it as well; ask another member of level '{level}' of {invocation.Dataset}."),
            ApprovalOutcome.OtherDigest => new AnalysisRunnerException([new Problem(
                IdentityCodes.OtherDigest, $"The digest {Quoted.Value(digest)} is not that of what invocation '{arGuid}' would run; read '/api/v1/invocations/{arGuid}/approval' and send the digest of exactly that.", "digest")]),
            ApprovalOutcome.Expired => new AnalysisRunnerException(
                IdentityCodes.ApprovalExpired, $"Invocation '{arGuid}' could be approved until {invocation.Approval.ExpiresAt:u} and has failed; have it submitted again."),
            _ => NotWaiting(arGuid),
        };
    }

    /// <summary>Whether a caller is of those who may approve an invocation that waits for it.</summary>
    public bool MayApprove(Caller caller, Invocation invocation) =>
        caller.Repository is null && caller.Principal != new Caller(invocation.SubmittedBy).Principal && current.Policy.Find(invocation.Dataset)?.MayUse(caller, invocation.AccessLevel) == true;

    /// <summary>Who may approve an invocation: the people who may use its level, save the one who submitted it.</summary>
    public IReadOnlyList<string> ApproversOf(Invocation invocation) => current.Policy.Find(invocation.Dataset) is { } dataset
        // A workflow is named by its issuer and repository, 'name:owner/repository'.
        ? [.. dataset.Members.Where(member => !member.Contains(':', StringComparison.Ordinal) && MayApprove(new Caller(member), invocation)).Order(StringComparer.Ordinal)]
        : [];

    // One form for one content: members in this order, no spaces, the request as it is recorded.
    private static string Describe(Invocation invocation, ComposedConfig config, string requestJson)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("arGuid", invocation.ArGuid);
            json.WriteString("submittedBy", invocation.SubmittedBy);
            json.WriteString("dataset", invocation.Dataset);
            json.WriteString("accessLevel", invocation.AccessLevel.ToName());
            json.WriteString("repository", invocation.Repository);
            json.WriteString("commit", invocation.Commit);
            json.WriteString("image", invocation.Image);
            json.WriteString("resolvedImage", invocation.ResolvedImage);
            json.WriteString("outputPath", invocation.OutputPath);
            json.WriteString("configSha256", DigestOf(config.ToToml()));
            json.WritePropertyName("request");
            json.WriteRawValue(requestJson);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static AnalysisRunnerException NotWaiting(string arGuid) =>
        new(IdentityCodes.NotWaiting, $"Invocation '{arGuid}' waits for no approval: it needs none, has one, or is over. Look at its page.");
}
