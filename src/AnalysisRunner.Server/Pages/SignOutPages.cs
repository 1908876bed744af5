using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Security;
using Microsoft.AspNetCore.Antiforgery;

namespace AnalysisRunner.Server.Pages;

/// <summary>The end of a browser's session.</summary>
internal static class SignOutPages
{
    /// <summary>Where it is asked and done.</summary>
    public const string Path = "/sign-out";

    /// <summary>What is shown afterwards, to anybody.</summary>
    public const string DonePath = "/signed-out";

    /// <summary>Asks whether to sign out.</summary>
    public static Task AskAsync(HttpContext context) => PageAnswer.WriteAsync<Confirmation>(
        context, PageAnswer.Frame(context, "Sign out"),
        (nameof(Confirmation.Question), new Question("End your session in this browser? What runs goes on.", "Sign out")),
        (nameof(Confirmation.Action), Path),
        (nameof(Confirmation.Back), "/invocations"),
        (nameof(Confirmation.Tokens), context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context)));

    /// <summary>Ends the session on the server, and has the browser forget its cookie.</summary>
    public static Task SignOutAsync(HttpContext context)
    {
        var address = context.RequestServices.GetRequiredService<ServerAddress>();
        var cookie = SignInRoutes.CookieOf(address);
        context.RequestServices.GetRequiredService<SignIn>().Close(context.Request.Cookies[cookie]);
        context.Response.Cookies.Delete(cookie, new CookieOptions { HttpOnly = true, Secure = address.IsSecure, SameSite = SameSiteMode.Lax, Path = "/" });
        PageAnswer.SeeOther(context, DonePath);
        return Task.CompletedTask;
    }

    /// <summary>Says that it is done. Not the list: an issuer that still knows the browser would sign it in again at once.</summary>
    public static Task ShowDoneAsync(HttpContext context) => PageAnswer.WriteAsync<SignedOut>(context, new PageFrame("You are signed out"));
}
