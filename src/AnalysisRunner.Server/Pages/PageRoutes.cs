using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Hosting;
using AnalysisRunner.Server.Record;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Stores;

namespace AnalysisRunner.Server.Pages;

/// <summary>The pages. They know their reader by a session that a single-use code opened.</summary>
internal static class PageRoutes
{
    private const int LogTail = 64 * 1024;

    /// <summary>How many jobs of each batch the page of an invocation shows.</summary>
    private const int FirstJobs = 50;

    private static readonly string Css = ReadCss();

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/pages.css", context =>
        {
            context.Response.ContentType = "text/css; charset=utf-8";
            return context.Response.WriteAsync(Css, context.RequestAborted);
        });
        routes.MapGet("/", Page(context =>
        {
            context.Response.Redirect("/invocations");
            return Task.CompletedTask;
        }));
        routes.MapGet("/invocations", Page(ListAsync));
        routes.MapGet("/invocations/{arGuid}", Page(ShowInvocationAsync));
        routes.MapGet("/invocations/{arGuid}/log", Page(ReadDriverLogAsync));
        routes.MapPost("/invocations/{arGuid}/cancel", Page(CancelAsync));
        routes.MapGet("/batches/{key}", Page(ShowBatchAsync));
        routes.MapGet("/batches/{key}/jobs/{job}", Page(ShowJobAsync));
        routes.MapGet("/batches/{key}/jobs/{job}/log", Page(ReadJobLogAsync));
    }

    /// <summary>Whether a request is for a page, so that a page is to say what is wrong with it.</summary>
    public static bool Match(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        || request.Path.StartsWithSegments("/invocations", StringComparison.Ordinal) || request.Path.StartsWithSegments("/batches", StringComparison.Ordinal)
        || (HttpMethods.IsGet(request.Method) && request.Path == "/");

    /// <summary>Answers with a page that says what is wrong.</summary>
    public static Task WriteProblemsAsync(HttpContext context, IReadOnlyList<Problem> problems, int? status = null)
    {
        context.Response.StatusCode = status ?? ApiProblems.StatusOf(problems[0].Code);
        return WriteAsync(context, Layout.Page(
            "Not possible",
            Html.Of($"{Html.Join(problems.Select(problem => Html.Of($"<p><code>{problem.Code}</code> {problem.Message}</p>")))}<p>Trace id: <code>{ApiProblems.TraceOf(context)}</code></p>")));
    }

    private static RequestDelegate Page(RequestDelegate show) => context =>
    {
        var address = context.RequestServices.GetRequiredService<ServerAddress>();
        var signIn = context.RequestServices.GetRequiredService<SignIn>();
        // Browsers keep cookies per host, not per port: the port is in the name.
        var cookie = $"analysis-runner-{address.Port}";
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Query["code"].ToString() is { Length: > 0 } code) return Redeem(context, signIn, cookie, address.IsSecure, code);
        if (signIn.Find(context.Request.Cookies[cookie]) is { } caller)
        {
            context.SetCaller(caller);
            return show(context);
        }
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

    private static async Task ListAsync(HttpContext context)
    {
        var page = await Read(context).ListAsync(context.GetCaller(), new InvocationQuery(), context.RequestAborted);
        await WriteAsync(context, InvocationPages.List([.. page.Records.Select(record => record.Invocation)]));
    }

    private static async Task ShowInvocationAsync(HttpContext context)
    {
        var record = await Read(context).GetInvocationAsync(context.GetCaller(), ArGuid(context), context.RequestAborted);
        var jobs = new List<IReadOnlyList<JobSummary>>();
        foreach (var batch in record.Invocation.Batches) jobs.Add(await Read(context).GetJobsAsync(context.GetCaller(), batch.Key, 0, FirstJobs, context.RequestAborted));
        var config = await context.RequestServices.GetRequiredService<ConfigFiles>().ReadShownAsync(record.Invocation.ConfigPath, context.RequestAborted) is { } text ? Encoding.UTF8.GetString(text) : null;
        var (log, isWhole) = await ReadTailAsync(Read(context).ReadDriverLogAsync(record.Invocation.ArGuid, 0, false, context.RequestAborted));
        await WriteAsync(context, InvocationPages.One(record, jobs, config, log, isWhole));
    }

    private static async Task ReadDriverLogAsync(HttpContext context)
    {
        var record = await Read(context).GetInvocationAsync(context.GetCaller(), ArGuid(context), context.RequestAborted);
        await LogStream.WriteAsync(context, Read(context).ReadDriverLogAsync(record.Invocation.ArGuid, 0, false, context.RequestAborted));
    }

    private static async Task CancelAsync(HttpContext context)
    {
        var record = await Read(context).GetInvocationAsync(context.GetCaller(), ArGuid(context), context.RequestAborted);
        var arGuid = record.Invocation.ArGuid;
        await InvocationRoutes.CancelAsync(context, arGuid, context.GetCaller().Name);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"/invocations/{arGuid}";
    }

    private static async Task ShowBatchAsync(HttpContext context)
    {
        var after = (int)Requests.Number(context, "after", 0, 0, int.MaxValue);
        var batch = await Read(context).GetBatchAsync(context.GetCaller(), Key(context), context.RequestAborted);
        var jobs = await Read(context).GetJobsAsync(context.GetCaller(), Key(context), after, BatchPages.PageSize, context.RequestAborted);
        await WriteAsync(context, BatchPages.One(batch, jobs, after));
    }

    // The address that the original client prints: a driver is shown by its invocation, a job by its batch.
    private static async Task ShowJobAsync(HttpContext context)
    {
        var job = (int)Requests.Parse("job", (string)context.GetRouteValue("job")!, 1, int.MaxValue);
        if (RandomText.IsArGuid(Key(context)))
        {
            // Right after it was accepted, the engine does not know the driver yet.
            context.Response.Redirect($"/invocations/{(await Read(context).GetInvocationAsync(context.GetCaller(), Key(context), context.RequestAborted)).Invocation.ArGuid}");
            return;
        }
        var batch = await Read(context).GetBatchAsync(context.GetCaller(), Key(context), context.RequestAborted);
        context.Response.Redirect(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/batches/{Uri.EscapeDataString(batch.Key)}?after={job - 1}"));
    }

    private static async Task ReadJobLogAsync(HttpContext context)
    {
        var job = (int)Requests.Parse("job", (string)context.GetRouteValue("job")!, 1, int.MaxValue);
        await LogStream.WriteAsync(context, await Read(context).ReadJobLogAsync(context.GetCaller(), Key(context), job, 0, false, context.RequestAborted));
    }

    private static async Task<(string Text, bool IsWhole)> ReadTailAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var tail = new Queue<byte[]>();
        long kept = 0;
        var isWhole = true;
        await foreach (var piece in pieces)
        {
            tail.Enqueue(piece.ToArray());
            kept += piece.Length;
            while (tail.Count > 1 && kept - tail.Peek().Length >= LogTail)
            {
                kept -= tail.Dequeue().Length;
                isWhole = false;
            }
        }
        return (Encoding.UTF8.GetString([.. tail.SelectMany(bytes => bytes)]), isWhole);
    }

    private static Task WriteAsync(HttpContext context, Html page)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(page.ToString(), Encoding.UTF8, context.RequestAborted);
    }

    private static string ReadCss()
    {
        using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream("pages.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string ArGuid(HttpContext context) => (string)context.GetRouteValue("arGuid")!;

    private static string Key(HttpContext context) => (string)context.GetRouteValue("key")!;

    private static Reading Read(HttpContext context) => context.RequestServices.GetRequiredService<Reading>();
}
