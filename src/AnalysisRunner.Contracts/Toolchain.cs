namespace AnalysisRunner.Contracts;

/// <summary>What a driver found on the machine that it ran on, as its script noted it. What is null it could not find, or had no use for.</summary>
public sealed record Toolchain
{
    /// <summary>The version of the .NET SDK that built the project.</summary>
    public string? Sdk { get; init; }

    /// <summary>The version of the .NET runtime that ran it.</summary>
    public string? Runtime { get; init; }

    /// <summary>The operating system: name, version, kernel and processor.</summary>
    public string? Os { get; init; }

    /// <summary>SHA-256 of <c>packages.lock.json</c> beside the project, lower-case hexadecimal.</summary>
    public string? LockFileSha256 { get; init; }

    /// <summary>SHA-256 of the sorted SHA-512 of all packages that were restored, one a line as NuGet wrote it; lower-case hexadecimal.</summary>
    public string? PackagesSha256 { get; init; }
}
