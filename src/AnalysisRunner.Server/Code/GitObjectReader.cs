using System.Globalization;
using System.Text;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;

namespace AnalysisRunner.Server.Code;

/// <summary>
/// Reads objects of one repository through two processes that stay: <c>git cat-file --batch-check</c>, which tells sizes, and <c>--batch</c>, which gives
/// contents. One question at a time; <see cref="GitObjectReaders"/> has several.
/// </summary>
/// <param name="git">Starts them.</param>
/// <param name="repository">The absolute path of the repository.</param>
internal sealed class GitObjectReader(GitProcess git, string repository) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private GitSession? _sizes;
    private GitSession? _contents;

    /// <summary>What an object is; null when the repository has none of that name.</summary>
    /// <param name="name">The name, as gitrevisions(7) says; no line break.</param>
    /// <param name="cancellation">Gives up; the reader is of no use afterwards.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6037</c> git failed; the reader is of no use afterwards.</exception>
    public Task<GitObject?> FindAsync(string name, CancellationToken cancellation) =>
        AskAsync(name, session => ReadHeaderAsync(session, name), ref _sizes, "--batch-check", cancellation);

    /// <summary>The content of an object; null when the repository has none of that name.</summary>
    /// <param name="name">The name, as gitrevisions(7) says; no line break.</param>
    /// <param name="limit">More bytes than this are a failure.</param>
    /// <param name="cancellation">Gives up; the reader is of no use afterwards.</param>
    /// <exception cref="AnalysisRunnerException"><c>AR6037</c> git failed; the reader is of no use afterwards.</exception>
    public Task<(GitObject Object, byte[] Content)?> ReadAsync(string name, int limit, CancellationToken cancellation) => AskAsync<(GitObject, byte[])?>(
        name,
        async session =>
        {
            if (await ReadHeaderAsync(session, name) is not { } found) return null;
            if (found.Size > limit)
            {
                throw Failed(string.Create(CultureInfo.InvariantCulture, $"\"{name}\" has {found.Size} bytes, and the server reads at most {limit}."));
            }
            var content = await session.Session.ReadBytesAsync((int)found.Size + 1, session.Limit);
            return (found, content[..^1]);
        },
        ref _contents,
        "--batch",
        cancellation);

    public void Dispose()
    {
        _sizes?.Dispose();
        _contents?.Dispose();
    }

    private Task<T> AskAsync<T>(string name, Func<(GitSession Session, CancellationToken Limit), Task<T>> read, ref GitSession? session, string mode, CancellationToken cancellation)
    {
        if (name.AsSpan().IndexOfAny('\0', '\n', '\r') >= 0) throw new ArgumentException($"\"{name}\" has a line break.", nameof(name));
        session ??= git.Open(new GitCommand("cat-file", mode) { Repository = repository });
        return AskAsync(session, name, read, cancellation);
    }

    private static async Task<T> AskAsync<T>(
        GitSession session, string name, Func<(GitSession Session, CancellationToken Limit), Task<T>> read, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            await session.AskAsync(Encoding.UTF8.GetBytes(name + "\n"), limit.Token);
            return await read((session, limit.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failed($"\"git cat-file\" did not answer within {Limit.TotalSeconds} s. Look at the machine's load and disk.");
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Failed($"Git cannot read \"{name}\" in the server's mirror: {e.Message} Submit again: the server then checks the mirror.");
        }
    }

    private static async Task<GitObject?> ReadHeaderAsync((GitSession Session, CancellationToken Limit) session, string name)
    {
        // "<hash> <type> <size>", or the name and why it is none.
        var line = await session.Session.ReadLineAsync(session.Limit);
        if (line.EndsWith(" missing", StringComparison.Ordinal)) return null;
        return line.Split(' ') is [var id, var type, var size] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? new GitObject(id, type, bytes)
            : throw new InvalidDataException($"git cat-file answered \"{line}\" to \"{name}\".");
    }

    private static AnalysisRunnerException Failed(string message) => new(PolicyCodes.GitFailed, message);
}

/// <summary>An object of a repository.</summary>
/// <param name="Id">Its hash.</param>
/// <param name="Type"><c>commit</c>, <c>tree</c>, <c>blob</c> or <c>tag</c>.</param>
/// <param name="Size">The bytes of its content.</param>
internal sealed record GitObject(string Id, string Type, long Size);
