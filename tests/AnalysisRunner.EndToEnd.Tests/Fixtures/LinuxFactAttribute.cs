namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>A test that lends the build a trust store by SSL_CERT_FILE, which .NET obeys where OpenSSL is.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "SSL_CERT_FILE has no effect on this system";
    }
}
