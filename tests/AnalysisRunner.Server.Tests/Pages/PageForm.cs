using System.Net;
using System.Text.RegularExpressions;

namespace AnalysisRunner.Server.Tests.Pages;

/// <summary>A form of a page, as a browser without scripts sends it.</summary>
internal static class PageForm
{
    /// <summary>Asks for the page that has the form, and sends it, with other values where they are given.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpClient http, string path, params (string Name, string Value)[] changes)
    {
        using var asked = await http.GetAsync(path);
        if (asked.Headers.TryGetValues("Set-Cookie", out var cookies)) http.DefaultRequestHeaders.Add("Cookie", cookies.Single().Split(';')[0]);
        var fields = Regex.Matches(await asked.Content.ReadAsStringAsync(), "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")
            .ToDictionary(field => field.Groups[1].Value, field => WebUtility.HtmlDecode(field.Groups[2].Value));
        foreach (var (name, value) in changes) fields[name] = value;
        using var form = new FormUrlEncodedContent(fields);
        return await http.PostAsync(path, form);
    }
}
