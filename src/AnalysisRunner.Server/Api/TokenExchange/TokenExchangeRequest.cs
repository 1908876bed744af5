using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;
using AnalysisRunner.Server.Submissions;
using Microsoft.AspNetCore.Http.Features;

namespace AnalysisRunner.Server.Api.TokenExchange;

/// <summary>A request of RFC 8693 §2.1, as far as it says something here. Parameters that are not known are ignored, as that asks, and the scope too.</summary>
/// <param name="ArGuid">The run that the token is to be for.</param>
/// <param name="SubjectToken">The token that is given for it, not verified.</param>
internal sealed record TokenExchangeRequest(string ArGuid, string SubjectToken)
{
    private const string MediaType = "application/x-www-form-urlencoded";
    private const string Grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const int MaximumSize = 64 * 1024;

    private static readonly FormOptions Options = new() { ValueCountLimit = 100, KeyLengthLimit = 200, ValueLengthLimit = 16 * 1024, BufferBodyLengthLimit = MaximumSize };

    /// <summary>Reads the form.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6112</c> it is malformed; <c>AR6113</c> another grant; <c>AR6114</c> not for a run.</exception>
    public static async Task<TokenExchangeRequest> ReadAsync(HttpContext context)
    {
        var form = await FormAsync(context);
        var grant = One(form, "grant_type");
        if (grant != Grant) throw new AnalysisRunnerException(TokenExchangeCodes.OtherGrant, $"The grant type {Quoted.Value(grant)} is not given here; send '{Grant}'.");
        if (Find(form, "requested_token_type") is { } wanted && wanted != AccountVariables.TokenType) throw Malformed($"Tokens of the type {Quoted.Value(wanted)} are not given; ask for '{AccountVariables.TokenType}'.");
        if (One(form, "subject_token_type") is var type && type != AccountVariables.TokenType) throw Malformed($"Tokens of the type {Quoted.Value(type)} are not taken; send the token of a run, as '{AccountVariables.TokenType}'.");
        if (Find(form, "actor_token") is not null) throw Malformed("Nobody acts for a run; send no 'actor_token'.");
        if (Find(form, "resource") is { } resource) throw NoTarget($"The resource {Quoted.Value(resource)} is not one that tokens are given for; name the run in 'audience' alone.");
        var audience = One(form, "audience");
        return new TokenExchangeRequest(
            AccountVariables.RunOf(audience) ?? throw NoTarget($"The audience {Quoted.Value(audience)} is no run of this server; use the file that GOOGLE_APPLICATION_CREDENTIALS names in a run."), One(form, "subject_token"));
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => ArGuid;

    private static async Task<IFormCollection> FormAsync(HttpContext context)
    {
        var request = context.Request;
        if (!string.Equals(request.ContentType?.Split(';')[0].Trim(), MediaType, StringComparison.OrdinalIgnoreCase)) throw Malformed($"The body is of the type {Quoted.Value(request.ContentType)}; send '{MediaType}'.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaximumSize;
        try
        {
            return await request.ReadFormAsync(Options, context.RequestAborted);
        }
        catch (InvalidDataException e)
        {
            throw new AnalysisRunnerException(TokenExchangeCodes.Malformed, $"The body is not a form that is taken here: {e.Message} Send the parameters of RFC 8693.", e);
        }
    }

    private static string One(IFormCollection form, string name) => Find(form, name) ?? throw Malformed($"The parameter '{name}' is missing; send it.");

    // What is empty counts as absent (RFC 6749 §3.2).
    private static string? Find(IFormCollection form, string name) => form[name] switch
    {
        [] or [null or ""] => null,
        [{ } only] => only,
        var several => throw Malformed($"The parameter '{name}' is given {several.Count} times; send it once."),
    };

    private static AnalysisRunnerException Malformed(string message) => new(TokenExchangeCodes.Malformed, message);

    private static AnalysisRunnerException NoTarget(string message) => new(TokenExchangeCodes.NoTarget, message);
}
