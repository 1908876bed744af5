namespace AnalysisRunner.Storage.Files;

/// <summary>Lists files as the object stores list keys: in the order of the whole paths' UTF-8 bytes, folders only where they hold an object.</summary>
internal sealed class FileListing(StoreRoot? root)
{
    internal IEnumerable<ListEntry> List(StoragePath folder, ListOptions options)
    {
        // The part of the prefix before its last slash is a folder of its own.
        var slash = options.Prefix.LastIndexOf('/');
        var (start, prefix) = slash < 0 ? (folder, options.Prefix) : (folder.Combine(options.Prefix[..slash]), options.Prefix[(slash + 1)..]);
        // Asked first: most output prefixes do not exist when they are listed, and then there is nothing that a link could lead to.
        if (!Path.Exists(start.LocalPath) && new FileInfo(start.LocalPath).LinkTarget is null) return [];
        root?.Ensure(start);
        return Below(start, prefix, options.Recursive);
    }

    private IEnumerable<ListEntry> Below(StoragePath folder, string prefix, bool recursive)
    {
        foreach (var (_, entry) in Entries(folder).Where(found => found.Entry.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var path = StoragePath.Listed(folder, folder.FolderPrefix + entry.Name);
            if (entry is not DirectoryInfo)
            {
                if (FileVersion.At(entry.FullName) is { } version)
                    yield return new ListEntry(path, false, version.Length, new DateTimeOffset(version.Modified), version.ToString());
            }
            else if (recursive)
            {
                foreach (var below in Below(path, "", recursive)) yield return below;
            }
            else if (Below(path, "", recursive: true).Any())
            {
                yield return new ListEntry(path, true, 0, null, null);
            }
        }
    }

    private List<(string Sorted, FileSystemInfo Entry)> Entries(StoragePath folder)
    {
        var entries = new List<(string Sorted, FileSystemInfo Entry)>();
        var options = new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };
        try
        {
            foreach (var entry in new DirectoryInfo(folder.LocalPath).EnumerateFileSystemInfos("*", options))
            {
                var isFolder = entry is DirectoryInfo;
                // Links to folders are not followed: they may form circles, and what they lead to is listed where it is.
                if (entry.LinkTarget is not null && (isFolder || root?.Holds(entry.FullName) == false)) continue;
                if (isFolder && string.Equals(entry.Name, FileNames.WorkFolder, StringComparison.OrdinalIgnoreCase)) continue;
                if (!isFolder && PlainFiles.IsSpecial(entry.FullName)) continue;
                entries.Add((isFolder ? entry.Name + "/" : entry.Name, entry));
            }
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        entries.Sort((x, y) => KeyOrder.Instance.Compare(x.Sorted, y.Sorted));
        return entries;
    }
}
