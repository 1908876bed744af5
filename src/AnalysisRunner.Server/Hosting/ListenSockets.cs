using System.Net;
using System.Net.Sockets;
using AnalysisRunner.Contracts;
using AnalysisRunner.Contracts.Codes;
using AnalysisRunner.Server.Submissions;

namespace AnalysisRunner.Server.Hosting;

/// <summary>The sockets that a server listens on, bound before anything else, so that it knows its own address.</summary>
internal sealed class ListenSockets : IDisposable
{
    private readonly IReadOnlyList<Socket> _sockets;

    /// <summary>Takes over bound sockets.</summary>
    public ListenSockets(params IReadOnlyList<Socket> sockets) => _sockets = sockets;

    /// <summary>Where they listen.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => [.. _sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];

    /// <summary>Binds sockets to addresses such as <c>http://127.0.0.1:8080</c> and <c>http://*:8080</c>; port 0 is any free one.</summary>
    /// <exception cref="AnalysisRunnerException"><c>AR6006</c> an address is malformed or taken.</exception>
    public static ListenSockets Bind(IEnumerable<string> urls)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (var url in urls) sockets.Add(Bind(url));
            return new ListenSockets(sockets);
        }
        catch
        {
            foreach (var socket in sockets) socket.Dispose();
            throw;
        }
    }

    /// <summary>The socket of an endpoint.</summary>
    public Socket Find(EndPoint endpoint) => _sockets.First(socket => endpoint.Equals(socket.LocalEndPoint));

    public void Dispose()
    {
        foreach (var socket in _sockets) socket.Dispose();
    }

    private static Socket Bind(string url)
    {
        const string Scheme = "http://";
        var authority = url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? url[Scheme.Length..].TrimEnd('/') : "";
        var colon = authority.LastIndexOf(':');
        var host = colon < 0 ? authority : authority[..colon];
        var address = host switch
        {
            "*" or "+" => IPAddress.Any,
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(host.Trim('[', ']'), out var parsed) ? parsed : null,
        };
        if (address is null || !ushort.TryParse(colon < 0 ? "80" : authority[(colon + 1)..], out var port))
        {
            throw new AnalysisRunnerException(
                PolicyCodes.UnknownStartForm, $"{Quoted.Value(url)} is not an address to listen on; write 'http://', an IP address, 'localhost' or '*', and a port. TLS belongs before the server.");
        }
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!OperatingSystem.IsWindows()) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new AnalysisRunnerException(PolicyCodes.UnknownStartForm, $"The server cannot listen on {Quoted.Value(url)}: {e.Message}. Choose another address, or end what uses it.", e);
        }
    }
}
