namespace AnalysisRunner.Package.Tests;

/// <summary>How a project comes to the SDK.</summary>
public enum Form
{
    /// <summary><c>&lt;Project Sdk="AnalysisRunner.Sdk/…"&gt;</c></summary>
    Sdk,

    /// <summary><c>&lt;Project Sdk="AnalysisRunner.Sdk"&gt;</c>, its version in global.json.</summary>
    PinnedSdk,

    /// <summary><c>&lt;Sdk Name="AnalysisRunner.Sdk" Version="…" /&gt;</c> beside Microsoft.NET.Sdk.</summary>
    AdditiveSdk,

    /// <summary>A <c>PackageReference</c> in a project of Microsoft.NET.Sdk.</summary>
    PackageReference,

    /// <summary>An SDK and a <c>PackageReference</c>.</summary>
    Both,
}
