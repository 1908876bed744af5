using System.Buffers.Text;
using System.CommandLine;
using System.Text.Json;
using AnalysisRunner.Cli.Output;

namespace AnalysisRunner.Cli.Commands;

/// <summary>Says as whom a server would be asked, and whether it takes the credentials.</summary>
internal static class WhoAmICommand
{
    public static Command Create(CommandContext context, Screen screen)
    {
        var servers = new Servers(context);
        var json = Flag.Json();
        var command = new ExampleCommand("whoami", "Say as whom the server is asked, and whether it agrees.", "analysis-runner whoami", "analysis-runner whoami --server-url https://runner.example.org --json");
        command.Add(json);
        servers.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var server = servers.Choose(parsed);
            var claims = new List<(string Name, string? Value)> { ("server", server ?? "the local runner"), ("user", server is null ? Environment.UserName : null) };
            if (server is not null && await servers.Credentials.TokensFor(new Uri(server))(cancellation).ConfigureAwait(false) is { } token) claims.AddRange(ClaimsOf(token));
            // What the token says of itself is not what counts: the server is asked for something that needs it.
            await servers.AskAsync(parsed, api => api.ListInvocationsAsync(1, cancellation), cancellation).ConfigureAwait(false);
            claims.Add(("accepted", "yes"));
            if (!parsed.GetValue(json))
            {
                screen.WriteFields([.. claims]);
                return;
            }
            screen.WriteJson(writer =>
            {
                writer.WriteStartObject();
                foreach (var (name, value) in claims.Where(claim => claim.Value is not null)) writer.WriteString(name, value);
                writer.WriteEndObject();
            });
        });
        return command;
    }

    /// <summary>What an identity token says; nothing for any other kind.</summary>
    private static IEnumerable<(string, string?)> ClaimsOf(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1])) return [("token", "opaque")];
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            string? Text(string name) => claims.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
            var expires = claims.RootElement.TryGetProperty("exp", out var exp) && exp.TryGetInt64(out var seconds) ? InvocationsCommand.Moment(DateTimeOffset.FromUnixTimeSeconds(seconds)) : null;
            return [("user", Text("email") ?? Text("sub")), ("issuer", Text("iss")), ("audience", Text("aud")), ("expires", expires)];
        }
        catch (JsonException)
        {
            return [("token", "opaque")];
        }
    }
}
