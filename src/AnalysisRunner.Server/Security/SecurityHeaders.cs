namespace AnalysisRunner.Server.Security;

/// <summary>What every answer tells browsers not to do.</summary>
internal static class SecurityHeaders
{
    /// <summary>Sets the headers; a route may replace <c>Cache-Control</c>.</summary>
    public static void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not 'no-referrer': with it browsers send 'Origin: null' with the forms of our own pages.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
