using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sekisho.Records.Tests.Organisation;

/// <summary>Debian's slapd as a process of this test: its own folder, its own certificate, on loopback only.</summary>
internal sealed class Slapd : IAsyncDisposable
{
    public const string Password = "correct-horse", Root = "cn=admin,dc=minato,dc=example";

    private readonly DirectoryInfo folder;
    private readonly Process process;

    private Slapd(DirectoryInfo folder, Process process, int port) => (this.folder, this.process, Port) = (folder, process, port);

    public int Port { get; }

    /// <summary>Trusts the server's certificate.</summary>
    public string CaFolder => Path.Combine(folder.FullName, "ca");

    /// <summary>Trusts nobody.</summary>
    public string EmptyFolder => Path.Combine(folder.FullName, "empty");

    public static async Task<Slapd> StartAsync(string ldif)
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-ldap-");
        string In(string name) => Path.Combine(folder.FullName, name);
        foreach (var name in new[] { "db", "ca", "empty" }) Directory.CreateDirectory(In(name));
        await RunAsync("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sekisho-test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", In("key.pem"), "-out", In("ca/cert.pem"));
        await RunAsync("openssl", "rehash", In("ca"));
        await File.WriteAllTextAsync(In("slapd.conf"), $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            pidfile {In("pid")}
            TLSCertificateFile {In("ca/cert.pem")}
            TLSCertificateKeyFile {In("key.pem")}
            database mdb
            maxsize 104857600
            suffix "dc=minato,dc=example"
            rootdn "{Root}"
            rootpw {Password}
            directory {In("db")}
            """);
        await File.WriteAllTextAsync(In("staff.ldif"), ldif);
        await RunAsync("/usr/sbin/slapadd", "-f", In("slapd.conf"), "-l", In("staff.ldif"));
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/slapd", ["-f", In("slapd.conf"), "-h", $"ldaps://127.0.0.1:{port}/", "-d", "0"]) { RedirectStandardError = true })!;
        for (var i = 0; i < 100; i++)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return new(folder, process, port);
            }
            catch (SocketException)
            {
                if (process.HasExited) throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
        process.Kill();
        throw new InvalidOperationException("slapd did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0) throw new InvalidOperationException($"{program}: {said}");
    }
}
