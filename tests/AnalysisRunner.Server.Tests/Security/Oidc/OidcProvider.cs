using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

namespace AnalysisRunner.Server.Tests.Security.Oidc;

/// <summary>
/// The npm package <c>oidc-provider</c> as a process. <c>ANALYSIS_RUNNER_OIDC_PROVIDER</c> names the folder whose <c>node_modules</c> has it; <c>.ci/run</c>
/// installs it.
/// </summary>
internal sealed class OidcProvider : IAsyncDisposable
{
    public const string FolderVariable = "ANALYSIS_RUNNER_OIDC_PROVIDER";

    private readonly Process _process;

    private OidcProvider(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static string? Missing { get; } = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
        ? Directory.Exists(Path.Combine(folder, "node_modules", "oidc-provider")) ? null : $"{folder} has no node_modules/oidc-provider"
        : $"{FolderVariable} does not name the folder of the npm package oidc-provider";

    public static async Task<OidcProvider> StartAsync(int port = 0, [CallerFilePath] string here = "")
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Path.GetDirectoryName(here)!, "provider.mjs"));
        start.ArgumentList.Add(Environment.GetEnvironmentVariable(FolderVariable)!);
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        // Warnings about the version of node come first.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("http://", StringComparison.Ordinal)) return new OidcProvider(process, new Uri(line));
        }
        throw new InvalidOperationException("The provider ended before it listened.");
    }

    /// <summary>Signs in and consents as a browser does; the answer is the ID token.</summary>
    public async Task<string> SignInAsync(string user, string client)
    {
        var back = await FollowAsync(
            user, $"/auth?client_id={client}&response_type=id_token&scope=openid%20email&nonce=n-{Guid.NewGuid():n}&redirect_uri=https%3A%2F%2Fclient.example.org%2Fcallback");
        return back.Fragment.TrimStart('#').Split('&').Single(part => part.StartsWith("id_token=", StringComparison.Ordinal))["id_token=".Length..];
    }

    /// <summary>Signs in and consents as a browser does that was sent here; the answer is where it is sent back to.</summary>
    /// <param name="user">Whom it signs in; null declines.</param>
    /// <param name="next">Where it was sent.</param>
    public async Task<Uri> FollowAsync(string? user, string next)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = Url };
        for (var step = 0; step < 12; step++)
        {
            using var response = await http.GetAsync(next);
            if (response.Headers.Location is { } location)
            {
                var address = new Uri(Url, location);
                if (address.Host != Url.Host) return address;
                next = address.PathAndQuery;
                continue;
            }
            var page = await response.Content.ReadAsStringAsync();
            if (user is null)
            {
                next = next.Split('?')[0] + "/abort";
                continue;
            }
            var prompt = page.Contains("name=\"login\"", StringComparison.Ordinal) ? "login" : "consent";
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["prompt"] = prompt, ["login"] = user, ["password"] = "x" });
            using var answered = await http.PostAsync(next, form);
            next = new Uri(Url, answered.Headers.Location ?? throw new InvalidOperationException(page)).PathAndQuery;
        }
        throw new InvalidOperationException("The provider goes on asking.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>A fact that needs the real provider; skipped, saying so, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OidcProviderFactAttribute : FactAttribute
{
    public OidcProviderFactAttribute() => Skip = OidcProvider.Missing;
}
