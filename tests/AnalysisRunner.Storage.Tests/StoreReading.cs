using System.Security.Cryptography;
using System.Text;

namespace AnalysisRunner.Storage.Tests;

/// <summary>The sentences of the tests.</summary>
internal static class StoreReading
{
    public static Task<ObjectInfo> PutAsync(this IObjectStore store, StoragePath path, byte[] content, WriteOptions? options = null) =>
        store.WriteAsync(path, new MemoryStream(content), options);

    public static Task<ObjectInfo> PutAsync(this IObjectStore store, StoragePath path, string content, WriteOptions? options = null) =>
        store.PutAsync(path, Encoding.UTF8.GetBytes(content), options);

    public static async Task<byte[]> GetAsync(this IObjectStore store, StoragePath path, ReadOptions? options = null)
    {
        await using var content = await store.OpenReadAsync(path, options);
        var bytes = new MemoryStream();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    public static async Task<string> TextAsync(this IObjectStore store, StoragePath path, ReadOptions? options = null) =>
        Encoding.UTF8.GetString(await store.GetAsync(path, options));

    public static async Task<List<string>> NamesAsync(this IObjectStore store, StoragePath folder, ListOptions? options = null)
    {
        var names = new List<string>();
        await foreach (var entry in store.ListAsync(folder, options)) names.Add(entry.Path.RelativeTo(folder) + (entry.IsFolder ? "/" : ""));
        return names;
    }

    public static async Task<StorageException> RefusedAsync(this Task work, StorageErrorKind kind, string code)
    {
        var error = await Should.ThrowAsync<StorageException>(() => work);
        (error.Kind, error.Code).ShouldBe((kind, code), error.Message);
        error.Message.ShouldNotContain('\n');
        return error;
    }

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
