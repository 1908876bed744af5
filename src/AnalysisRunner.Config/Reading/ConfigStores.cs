#if NET
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;

namespace AnalysisRunner.Config;

/// <summary>
/// The object stores that config can be read from: those that the program registers and, for <c>gs</c> and <c>s3</c>, what <c>AnalysisRunner.Pipelines</c>
/// reads with the package of the store. It is looked for when the first such address is read; nothing has to be called.
/// </summary>
public static class ConfigStores
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["gs"] = "AnalysisRunner.Storage.Gcs",
        ["s3"] = "AnalysisRunner.Storage.S3",
    };

    private static readonly ConcurrentDictionary<string, IConfigStore> Stores = new(StringComparer.Ordinal);

    /// <summary>Makes a store known; one of the same scheme is replaced.</summary>
    public static void Register(IConfigStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Stores[store.Scheme] = store;
    }

    /// <summary>The package that reads addresses of a scheme; null when there is none.</summary>
    internal static string? PackageOf(string scheme) => Packages.TryGetValue(scheme, out var package) ? package : null;

    /// <summary>The store of a scheme; null when the program has none.</summary>
    internal static IConfigStore? Find(string scheme)
    {
        if (Stores.TryGetValue(scheme, out var store)) return store;
        return PackageOf(scheme) is not null && Open(scheme) is { } opened ? Stores.GetOrAdd(scheme, opened) : null;
    }

    // Config refers to no store, and a library with nothing to do at start-up should not run there: so the reader is found by its name.
    private static IConfigStore? Open(string scheme) =>
        Type.GetType("AnalysisRunner.Pipelines.Configuration.StoredConfig, AnalysisRunner.Pipelines", throwOnError: false) is { } reader
            ? (IConfigStore?)Activator.CreateInstance(reader, scheme)
            : null;
}
#endif
