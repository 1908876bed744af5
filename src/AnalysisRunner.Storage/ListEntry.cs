namespace AnalysisRunner.Storage;

/// <summary>One object or folder of a listing.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="IsFolder">Whether it stands for the objects below it.</param>
/// <param name="Length">In bytes; 0 for a folder.</param>
/// <param name="Modified">When it was written; null for a folder.</param>
/// <param name="Version">As <see cref="ObjectInfo.Version"/>; null for a folder.</param>
public readonly record struct ListEntry(StoragePath Path, bool IsFolder, long Length, DateTimeOffset? Modified, string? Version);
