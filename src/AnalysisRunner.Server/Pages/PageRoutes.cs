using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Engines;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Pages.Batches;
using AnalysisRunner.Server.Pages.Datasets;
using AnalysisRunner.Server.Pages.Denials;
using AnalysisRunner.Server.Pages.Invocations;
using AnalysisRunner.Server.Pages.Logs;
using AnalysisRunner.Server.Pages.Shared;
using AnalysisRunner.Server.Security;
using Microsoft.AspNetCore.Antiforgery;

namespace AnalysisRunner.Server.Pages;

/// <summary>The pages. They know their reader by a session that a single-use code opened.</summary>
internal static class PageRoutes
{
    // Below these there are pages alone.
    private static readonly PathString[] Places = ["/invocations", "/batches", "/datasets", "/denials", SignInRoutes.Path, SignOutPages.Path];

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pages.css", Asset("pages.css", "text/css; charset=utf-8"));
        routes.MapGet("/pages.js", Asset("pages.js", "text/javascript; charset=utf-8"));
        routes.MapGet("/", Page(context =>
        {
            context.Response.Redirect("/invocations");
            return Task.CompletedTask;
        }));
        routes.MapGet("/invocations", Page(InvocationPages.ListAsync));
        routes.MapGet("/invocations/events", Page(context => PageEvents.WriteAsync(context, PageEvents.OfAll(context.RequestServices.GetRequiredService<IBatchEngine>(), InvocationRoutes.Streaming(context)))));
        routes.MapGet("/invocations/export", Page(ExportRoutes.ExportAsync));
        routes.MapGet("/invocations/{arGuid}", Page(InvocationPages.ShowAsync));
        routes.MapGet("/invocations/{arGuid}/config", Page(InvocationPages.ReadConfigFileAsync));
        routes.MapGet("/invocations/{arGuid}/events", Page(InvocationPages.FollowAsync));
        routes.MapGet("/invocations/{arGuid}/cancel", Page(InvocationActions.AskCancelAsync));
        routes.MapPost("/invocations/{arGuid}/cancel", Page(Form(InvocationActions.CancelAsync)));
        routes.MapGet("/invocations/{arGuid}/rerun", Page(InvocationActions.AskRerunAsync));
        routes.MapPost("/invocations/{arGuid}/rerun", Page(Form(InvocationActions.RerunAsync)));
        routes.MapGet("/invocations/{arGuid}/approval", Page(InvocationActions.ReadApprovalAsync));
        routes.MapGet("/invocations/{arGuid}/approve", Page(InvocationActions.AskApproveAsync));
        routes.MapPost("/invocations/{arGuid}/approve", Page(Form(InvocationActions.ApproveAsync)));
        routes.MapGet("/invocations/{arGuid}/outputs", Page(OutputPages.ListAsync));
        routes.MapGet("/batches/{key}", Page(BatchPages.ShowAsync));
        routes.MapGet("/batches/{key}/events", Page(BatchPages.FollowAsync));
        routes.MapGet("/batches/{key}/jobs/{job}", Page(BatchPages.ShowJobAsync));
        routes.MapGet("/batches/{key}/jobs/{job}/attempts/{attempt}", Page(BatchPages.ShowJobAsync));
        routes.MapGet("/datasets", Page(DatasetPages.ListAsync));
        routes.MapGet("/denials", Page(DenialPages.ListAsync));
        routes.MapGet(SignOutPages.Path, Page(SignOutPages.AskAsync));
        routes.MapPost(SignOutPages.Path, Page(Form(SignOutPages.SignOutAsync)));
        routes.MapGet(SignOutPages.DonePath, SignOutPages.ShowDoneAsync);
        LogPages.Map(routes, Page);
    }

    /// <summary>Whether a request is for a page, so that a page is to say what is wrong with it.</summary>
    public static bool Match(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        || Places.Any(place => request.Path.StartsWithSegments(place, StringComparison.Ordinal))
        || (HttpMethods.IsGet(request.Method) && request.Path == "/");

    /// <summary>Answers with a page that says what is wrong.</summary>
    public static Task WriteProblemsAsync(HttpContext context, IReadOnlyList<Problem> problems, int? status = null)
    {
        context.Response.StatusCode = status ?? ApiProblems.StatusOf(problems[0].Code);
        return PageAnswer.WriteAsync<ProblemView>(
            context, PageAnswer.Frame(context, "Not possible"), (nameof(ProblemView.Problems), problems), (nameof(ProblemView.TraceId), ApiProblems.TraceOf(context)));
    }

    private static RequestDelegate Page(RequestDelegate show) => context =>
    {
        var address = context.RequestServices.GetRequiredService<ServerAddress>();
        // TLS ends in front of the server: the framework's own cookies are to be as secure as the address that the browser knows.
        if (address.IsSecure) context.Request.Scheme = Uri.UriSchemeHttps;
        var signIn = context.RequestServices.GetRequiredService<SignIn>();
        var cookie = SignInRoutes.CookieOf(address);
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Query["code"].ToString() is { Length: > 0 } code) return Redeem(context, signIn, cookie, address.IsSecure, code);
        if (signIn.Find(context.Request.Cookies[cookie]) is { } caller)
        {
            context.SetCaller(caller);
            return show(context);
        }
        if (SignInRoutes.TryBegin(context)) return Task.CompletedTask;
        throw new AnalysisRunnerException(
            PolicyCodes.NotSignedIn,
            "You are not signed in. Follow the link that a build printed: it signs you in once, within ten minutes. 'dotnet build -t:LocalRunnerStatus' prints a fresh one.");
    };

    private static Task Redeem(HttpContext context, SignIn signIn, string cookie, bool isSecure, string code)
    {
        if (signIn.Redeem(code) is { } session)
        {
            context.Response.Cookies.Append(
                cookie, session, new CookieOptions { HttpOnly = true, Secure = isSecure, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true, MaxAge = SignIn.SessionLifetime });
        }
        else if (signIn.Find(context.Request.Cookies[cookie]) is null)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.CodeSpent, "The link's sign-in code was used already or has expired. 'dotnet build -t:LocalRunnerStatus' prints a fresh link.");
        }
        // The clean address: no code in the history, in bookmarks or in what is copied from the address bar.
        context.Response.Redirect(context.Request.Path.ToUriComponent());
        return Task.CompletedTask;
    }

    // A form counts only when it came from a page that this server showed to this browser.
    private static RequestDelegate Form(RequestDelegate act) => async context =>
    {
        try
        {
            await context.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(context);
        }
        catch (AntiforgeryValidationException)
        {
            throw new AnalysisRunnerException(PolicyCodes.BadOrigin, "The form did not come from a page that was shown to you here, or the page is older than this server's last start. Open the page again and repeat it there.");
        }
        await act(context);
    };

    private static RequestDelegate Asset(string name, string type)
    {
        using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return context =>
        {
            context.Response.ContentType = type;
            return context.Response.WriteAsync(text, context.RequestAborted);
        };
    }
}
