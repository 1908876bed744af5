using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AnalysisRunner.Server.Load;

/// <summary>
/// A client that submits again and again on one connection. Everything but the idempotency key is put together beforehand and the answer is only looked at
/// for its status, because client and server share the processors.
/// </summary>
internal sealed class SubmittingClient : IDisposable
{
    private const int KeyLength = 36;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly int _keyAt;
    private readonly byte[] _answer = new byte[64 * 1024];

    public SubmittingClient(string token, byte[] body)
    {
        const string BeforeKey = "POST /api/v1/submissions HTTP/1.1\r\nHost: runner.example.org\r\nContent-Type: application/json\r\nIdempotency-Key: ";
        var head = string.Create(CultureInfo.InvariantCulture, $"{BeforeKey}{Guid.Empty}\r\nAuthorization: Bearer {token}\r\nContent-Length: {body.Length}\r\n\r\n");
        _request = [.. Encoding.ASCII.GetBytes(head), .. body];
        _keyAt = BeforeKey.Length;
    }

    public Task ConnectAsync(Uri server) => _socket.ConnectAsync(IPAddress.Loopback, server.Port);

    /// <summary>Submits once; the answer is how long that took, in milliseconds.</summary>
    public async Task<double> SubmitAsync()
    {
        Guid.NewGuid().TryFormat(_request.AsSpan(_keyAt, KeyLength), out _);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < _request.Length;) sent += await _socket.SendAsync(_request.AsMemory(sent));
        var length = 0;
        while (!IsWhole(_answer.AsSpan(0, length)))
        {
            var received = await _socket.ReceiveAsync(_answer.AsMemory(length));
            if (received == 0) throw new InvalidOperationException($"The server closed the connection after {Text(length)}");
            length += received;
        }
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return _answer.AsSpan(0, length).StartsWith("HTTP/1.1 202 "u8) ? took : throw new InvalidOperationException(Text(length));
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var head = answer[..(end + 2)];
        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at < 0) return answer.EndsWith("\r\n0\r\n\r\n"u8);
        var value = head[(at + "\r\nContent-Length: ".Length)..];
        return answer.Length - end - 4 >= int.Parse(value[..value.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
    }

    private string Text(int length) => Encoding.UTF8.GetString(_answer, 0, length);
}
