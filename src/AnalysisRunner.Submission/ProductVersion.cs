using System.Reflection;

namespace AnalysisRunner.Submission;

/// <summary>The version of this SDK, and of the server that it brings.</summary>
public static class ProductVersion
{
    /// <summary>Such as <c>1.0.0</c> or <c>1.1.0-beta.1</c>, without the commit that follows a plus sign.</summary>
    public static string Current { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
