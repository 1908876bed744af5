using System.Net;
using System.Net.Sockets;

namespace AnalysisRunner.EndToEnd.Tests.Fixtures;

/// <summary>An HTTP proxy that opens tunnels (RFC 9110 §9.3.6), whatever host is asked for, to one port of this machine.</summary>
internal sealed class TunnelProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _asked = [];
    private readonly Task _serving;

    public TunnelProxy(int port)
    {
        _listener.Start();
        _serving = ServeAsync(port);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The hosts that were asked for.</summary>
    public IReadOnlyList<string> Asked
    {
        get { lock (_asked) return [.. _asked]; }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync(int port)
    {
        var tunnels = new List<Task>();
        try
        {
            while (true) tunnels.Add(TunnelAsync(await _listener.AcceptTcpClientAsync(), port));
        }
        catch (SocketException)
        {
            // The test has ended, and with it the builds whose tunnels these were.
            await Task.WhenAll(tunnels);
        }
    }

    private async Task TunnelAsync(TcpClient client, int port)
    {
        using (client)
        using (var target = new TcpClient())
        {
            var head = new List<byte>();
            var one = new byte[1];
            while (!(head is [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n']) && await client.GetStream().ReadAsync(one) == 1) head.Add(one[0]);
            lock (_asked) _asked.Add(System.Text.Encoding.ASCII.GetString([.. head]).Split('\r')[0]);
            await target.ConnectAsync(IPAddress.Loopback, port);
            await client.GetStream().WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
            await Task.WhenAny(CopyAsync(client, target), CopyAsync(target, client));
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // One end has closed; the other is closed with it.
        }
    }
}
