using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Security.Oidc;
using AnalysisRunner.Server.Settings;

namespace AnalysisRunner.Server.Pages;

/// <summary>The way of a browser to its issuer and back.</summary>
internal static class SignInRoutes
{
    private const string Path = "/sign-in";

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, BeginAsync);
        routes.MapGet(BrowserSignIn.CallbackPath, CompleteAsync);
    }

    /// <summary>The cookie of a session. Browsers keep cookies per host, not per port: the port is in the name.</summary>
    public static string CookieOf(ServerAddress address) => $"analysis-runner-{address.Port}";

    /// <summary>Sends a browser that is not signed in on its way; false where browsers cannot sign in by an issuer.</summary>
    public static bool TryBegin(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || context.RequestServices.GetRequiredService<BrowserSignIn>().Issuers.Count == 0) return false;
        context.Response.Redirect(Path + QueryString.Create("to", context.Request.Path.ToUriComponent() + context.Request.QueryString));
        return true;
    }

    private static async Task BeginAsync(HttpContext context)
    {
        var signIn = context.RequestServices.GetRequiredService<BrowserSignIn>();
        var returnTo = OwnPath(context.Request.Query["to"].ToString());
        var wanted = context.Request.Query["by"].ToString();
        var issuers = signIn.Issuers;
        var issuer = issuers.Count == 1 ? issuers[0] : issuers.FirstOrDefault(one => one.Name == wanted);
        if (issuer is null)
        {
            await ChooseAsync(context, issuers, returnTo);
            return;
        }
        var (location, secret) = await signIn.BeginAsync(issuer, returnTo, context.RequestAborted);
        context.Response.Cookies.Append(StateCookie(context), secret, Cookie(context, BrowserSignIn.CallbackPath, BrowserSignIn.Lifetime));
        context.Response.Redirect(location);
    }

    private static async Task CompleteAsync(HttpContext context)
    {
        var (query, address) = (context.Request.Query, context.RequestServices.GetRequiredService<ServerAddress>());
        var (caller, returnTo) = await context.RequestServices.GetRequiredService<BrowserSignIn>().CompleteAsync(
            query["state"].ToString(), context.Request.Cookies[StateCookie(context)], query["code"].ToString(), query["error"].ToString(), context.RequestAborted);
        var session = context.RequestServices.GetRequiredService<SignIn>().Open(caller);
        context.Response.Cookies.Delete(StateCookie(context), Cookie(context, BrowserSignIn.CallbackPath, TimeSpan.Zero));
        context.Response.Cookies.Append(CookieOf(address), session, Cookie(context, "/", SignIn.SessionLifetime));
        context.Response.Redirect(returnTo);
    }

    private static Task ChooseAsync(HttpContext context, IReadOnlyList<IssuerSettings> issuers, string returnTo)
    {
        if (issuers.Count == 0) throw new AnalysisRunnerException(PolicyCodes.NotSignedIn, "Browsers do not sign in here by an issuer; ask for a sign-in link by 'POST /api/v1/sign-in-codes'.");
        var choices = issuers.Select(issuer => Html.Of($"<li><a href=\"{Path + QueryString.Create("to", returnTo).Add("by", issuer.Name)}\">{issuer.Name}</a></li>"));
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(Layout.Page("Sign in", Html.Of($"<ul>{Html.Join(choices)}</ul>")).ToString(), context.RequestAborted);
    }

    // Lax and not Strict: the way back comes from the issuer's site. Forms of other sites are kept out by their Origin.
    private static CookieOptions Cookie(HttpContext context, string path, TimeSpan lifetime) => new()
    {
        HttpOnly = true,
        Secure = context.RequestServices.GetRequiredService<ServerAddress>().IsSecure,
        SameSite = SameSiteMode.Lax,
        Path = path,
        IsEssential = true,
        MaxAge = lifetime,
    };

    private static string StateCookie(HttpContext context) => CookieOf(context.RequestServices.GetRequiredService<ServerAddress>()) + "-sign-in";

    // What is after a second slash or a backslash would be another host to a browser.
    private static string OwnPath(string path) => path.Length > 1 && path[0] == '/' && path[1] is not ('/' or '\\') && !path.Any(char.IsControl) ? path : "/";
}
