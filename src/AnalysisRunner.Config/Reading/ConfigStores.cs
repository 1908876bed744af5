#if NET
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace AnalysisRunner.Config;

/// <summary>
/// The object stores that config can be read from. Adding the package of a store is enough: it is looked for when the first such address is read, and
/// registers itself in its module initializer.
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
        if (!Stores.ContainsKey(scheme) && PackageOf(scheme) is { } package) Load(package);
        return Stores.TryGetValue(scheme, out var store) ? store : null;
    }

    private static void Load(string package)
    {
        try
        {
            // An assembly that no code has used yet is not loaded, and its initializer has not run.
            RuntimeHelpers.RunModuleConstructor(Assembly.Load(package).ManifestModule.ModuleHandle);
        }
        catch (FileNotFoundException)
        {
            // The program does not have the package; the caller says so.
        }
    }
}
#endif
