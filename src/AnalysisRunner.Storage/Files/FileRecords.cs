using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AnalysisRunner.Storage.Files;

/// <summary>The records of the files of one folder, in its work folder: one small JSON file each, named by the hash of the file's name.</summary>
internal sealed class FileRecords(string folder, bool durable)
{
    private readonly string _work = Path.Combine(folder, FileNames.WorkFolder);

    internal FileRecord? Read(StoragePath path, string name)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(name)), FileRecordJson.Default.FileRecord);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException error)
        {
            throw StorageErrors.Corrupt(path, $"its record \"{PathOf(name)}\" cannot be read", error);
        }
    }

    /// <summary>Replaces a record in one step.</summary>
    internal void Write(string name, FileRecord record)
    {
        var temporary = NewFile();
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(handle, JsonSerializer.SerializeToUtf8Bytes(record, FileRecordJson.Default.FileRecord), 0);
                if (durable) RandomAccess.FlushToDisk(handle);
            }
            File.Move(temporary, PathOf(name), overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        if (durable) FileSystem.FlushFolder(_work);
    }

    internal void Delete(string name)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (DirectoryNotFoundException)
        {
            // No record was ever written here.
        }
    }

    /// <summary>A name for an unfinished file, on the file system of the finished one. The work folder exists after this.</summary>
    internal string NewFile()
    {
        if (!Directory.Exists(_work))
        {
            var created = Directory.CreateDirectory(_work);
            if (OperatingSystem.IsWindows()) created.Attributes |= FileAttributes.Hidden;
        }
        return Path.Combine(_work, $"new-{Guid.NewGuid():N}");
    }

    /// <summary>Keeps other writers of the same file away.</summary>
    internal Task<FileLock> LockAsync(StoragePath path, string name, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_work);
        return FileLock.AcquireAsync(path, Path.Combine(_work, $"lock-{Hash(name)[..2]}"), cancellationToken);
    }

    private string PathOf(string name) => Path.Combine(_work, Hash(name) + ".json");

    // The name itself may be as long as a name can be, and differ from another in case alone.
    private static string Hash(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}
