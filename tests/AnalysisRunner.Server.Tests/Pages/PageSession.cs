using AnalysisRunner.Client;
using AnalysisRunner.Server.Tests.Hosting;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>A browser without scripts, signed in, that sends what a browser sends with its forms.</summary>
internal static class PageSession
{
    public static Task<HttpClient> SignInAsync(TestRunner runner) => SignInAsync(runner.Http(), runner.Api, runner.Url);

    public static async Task<HttpClient> SignInAsync(TestServer server, string email = "alice@example.org")
    {
        using var api = server.Connect(email);
        return await SignInAsync(server.Http(), api, server.Url);
    }

    private static async Task<HttpClient> SignInAsync(HttpClient http, AnalysisRunnerApi api, Uri url)
    {
        using var signedIn = await http.GetAsync(new Uri((await api.CreateSignInLinkAsync(TestRunner.Limit())).Url).PathAndQuery);
        http.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        http.DefaultRequestHeaders.Add("Origin", url.GetLeftPart(UriPartial.Authority));
        return http;
    }
}
