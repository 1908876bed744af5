using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Runs;

namespace AnalysisRunner.Server.Record;

/// <summary>
/// Encrypts the values of environment variables for the time between the record and the end of an invocation (AES-256-GCM, bound to the
/// ar-guid). The key is a file of the server and never in the database, so that neither the database nor its backup tells the values.
/// </summary>
public sealed class EnvironmentSeal
{
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _key;
    private readonly string _path;

    private EnvironmentSeal(byte[] key, string path) => (_key, _path) = (key, path);

    /// <summary>Reads the key from a file, which is made with mode 0600 when there is none.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6131</c> the file holds something else.</exception>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    public static EnvironmentSeal FromFile(string path)
    {
        // Whole or not at all: of two servers that start at once, both read the key of the first.
        if (!File.Exists(path)) PrivateFile.CreateOnce(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySize)) + "\n");
        try
        {
            if (Convert.FromBase64String(File.ReadAllText(path).Trim()) is { Length: KeySize } key) return new EnvironmentSeal(key, path);
        }
        catch (FormatException)
        {
            // Said below.
        }
        throw new AnalysisRunnerException(
            PolicyCodes.EnvironmentKeyUnusable,
            $"\"{path}\" does not hold the key of environment values ({KeySize} bytes in Base64). Restore it from a backup; if there is none, delete it: "
            + "invocations that had not started then end as failed.");
    }

    /// <summary>Encrypts the values.</summary>
    public string Seal(string arGuid, IReadOnlyDictionary<string, string> values)
    {
        var clear = JsonSerializer.SerializeToUtf8Bytes(values, RecordJson.Default.IReadOnlyDictionaryStringString);
        var sealedText = new byte[NonceSize + clear.Length + TagSize];
        RandomNumberGenerator.Fill(sealedText.AsSpan(..NonceSize));
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(sealedText.AsSpan(..NonceSize), clear, sealedText.AsSpan(NonceSize..^TagSize), sealedText.AsSpan(^TagSize..), Encoding.UTF8.GetBytes(arGuid));
        return Convert.ToBase64String(sealedText);
    }

    /// <summary>Decrypts the values.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6131</c> they were encrypted with another key, or changed.</exception>
    public IReadOnlyDictionary<string, string> Open(string arGuid, string sealedText)
    {
        try
        {
            var bytes = Convert.FromBase64String(sealedText);
            var clear = new byte[bytes.Length - NonceSize - TagSize];
            using var aes = new AesGcm(_key, TagSize);
            aes.Decrypt(bytes.AsSpan(..NonceSize), bytes.AsSpan(NonceSize..^TagSize), bytes.AsSpan(^TagSize..), clear, Encoding.UTF8.GetBytes(arGuid));
            return JsonSerializer.Deserialize(clear, RecordJson.Default.DictionaryStringString) ?? [];
        }
        catch (Exception e) when (e is CryptographicException or FormatException or OverflowException)
        {
            throw new AnalysisRunnerException(
                PolicyCodes.EnvironmentKeyUnusable,
                $"The environment values of invocation '{arGuid}' cannot be decrypted with the key in \"{_path}\". "
                + "Restore the key file that the server had when it accepted the invocation, or submit again.",
                e);
        }
    }
}
