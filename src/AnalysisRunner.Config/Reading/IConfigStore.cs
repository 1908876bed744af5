#if NET
using System;
using System.IO;

namespace AnalysisRunner.Config;

/// <summary>Reads config files from one kind of object store. A program that brings one registers it with <see cref="ConfigStores"/>.</summary>
public interface IConfigStore
{
    /// <summary>The scheme of the addresses that it reads: <c>gs</c> or <c>s3</c>.</summary>
    string Scheme { get; }

    /// <summary>Reads a whole object.</summary>
    /// <param name="address">Its address as the user wrote it, such as <c>gs://bucket/run.toml</c>.</param>
    /// <returns>Its bytes, which are kept and must not change.</returns>
    /// <exception cref="IOException">It cannot be read; the message says why.</exception>
    /// <exception cref="UnauthorizedAccessException">The program may not read it; the message says as whom it tried.</exception>
    /// <exception cref="NotSupportedException">The program lacks a package that it needs; the message says which.</exception>
    ReadOnlyMemory<byte> Read(string address);
}
#endif
