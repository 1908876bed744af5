using AnalysisRunner.Server.Api;
using AnalysisRunner.Server.Security;
using AnalysisRunner.Server.Settings;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AnalysisRunner.Server.Pages.Shared;

/// <summary>Answers requests with pages.</summary>
internal static class PageAnswer
{
    private const string OwnFiles =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Answers with a page: a component and its parameters.</summary>
    public static Task WriteAsync<TPage>(HttpContext context, PageFrame frame, params (string Name, object? Value)[] parameters) where TPage : IComponent
    {
        context.Response.Headers.ContentSecurityPolicy = OwnFiles;
        var all = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        all.Add("Frame", frame);
        // The status is what the caller has set: the component's own default would be 200.
        return new RazorComponentResult<TPage>(all) { StatusCode = context.Response.StatusCode }.ExecuteAsync(context);
    }

    /// <summary>Answers a form that has done what it is for: the browser goes on to a page, and loading that again repeats nothing.</summary>
    public static void SeeOther(HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = path;
    }

    /// <summary>The frame of a page for whoever is signed in.</summary>
    public static PageFrame Frame(HttpContext context, string title)
    {
        var settings = context.RequestServices.GetRequiredService<CurrentSettings>();
        var reader = context.FindCaller();
        if (reader is null) return new PageFrame(title);
        var mayReadDenials = context.RequestServices.GetRequiredService<Overview>().MayReadDenials(reader, null);
        return new PageFrame(title) { Reader = reader.Name, Notice = Notice(settings, reader), ShowsDenials = mayReadDenials };
    }

    // An administrator's 'unenforced' is shown wherever it counts.
    private static string? Notice(CurrentSettings settings, Caller reader)
    {
        if (settings.Policy.AnyOther is { IsUnenforced: true }) return "Local runner: access levels are unenforced on this machine.";
        var unenforced = settings.Policy.Datasets.Values.Where(dataset => dataset.IsUnenforced && dataset.IsMember(reader)).Select(dataset => dataset.Name).Order(StringComparer.Ordinal).ToArray();
        return unenforced.Length == 0 ? null : $"Access levels are unenforced here for {string.Join(", ", unenforced)}: its jobs have the rights of the server.";
    }
}
