using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

namespace AnalysisRunner.Tests.Shared;

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

    /// <summary>Starts it.</summary>
    /// <param name="port">Where it listens; 0 for any free port.</param>
    /// <param name="idTokenSeconds">How long its ID tokens hold.</param>
    public static async Task<OidcProvider> StartAsync(int port = 0, int idTokenSeconds = 3600)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Path.GetDirectoryName(ThisFile())!, "oidc-provider.mjs"));
        start.ArgumentList.Add(Environment.GetEnvironmentVariable(FolderVariable)!);
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        start.Environment["ID_TOKEN_SECONDS"] = idTokenSeconds.ToString(CultureInfo.InvariantCulture);
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
        return (await FollowAsync(http, user, next, isDevice: false))!;
    }

    /// <summary>Follows until the way leads elsewhere; a device's ends here, with null.</summary>
    private async Task<Uri?> FollowAsync(HttpClient http, string? user, string next, bool isDevice)
    {
        for (var step = 0; step < 12; step++)
        {
            using var response = await http.GetAsync(next);
            if (response.Headers.Location is { } location)
            {
                var address = new Uri(Url, location);
                if (address.Authority != Url.Authority) return address;
                next = address.PathAndQuery;
                continue;
            }
            var page = await response.Content.ReadAsStringAsync();
            if (isDevice && page.Contains("Sign-in Success", StringComparison.Ordinal)) return null;
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

    /// <summary>Does at the provider what a user does who was shown an address and a code: opens it, agrees to the code, signs in and consents.</summary>
    /// <param name="user">Who they are.</param>
    /// <param name="address">The address with the code in it.</param>
    public async Task ApproveDeviceAsync(string user, Uri address)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = Url };
        var opened = await http.GetStringAsync(address);
        var code = System.Web.HttpUtility.ParseQueryString(address.Query)["user_code"]!;
        using var agreed = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["xsrf"] = System.Text.RegularExpressions.Regex.Match(opened, "name=\"?xsrf\"? value=\"?([^\"/> ]+)").Groups[1].Value,
            ["user_code"] = code,
            ["confirm"] = "yes",
        });
        using var begun = await http.PostAsync(address.GetLeftPart(UriPartial.Path), agreed);
        var next = new Uri(Url, begun.Headers.Location ?? throw new InvalidOperationException(await begun.Content.ReadAsStringAsync())).PathAndQuery;
        var end = await FollowAsync(http, user, next, isDevice: true);
        if (end is not null) throw new InvalidOperationException($"The provider sends a device's user to '{end}'.");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

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
