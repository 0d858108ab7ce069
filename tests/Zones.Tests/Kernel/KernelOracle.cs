using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>The Linux kernel as judge: a firewall namespace between zone namespaces, packets really sent, and seen where they come out.</summary>
/// <remarks>One veth pair stands for a whole zone: neighbours are permanent, sources may be any. Needs root, iproute2, nftables, iptables.</remarks>
internal sealed partial class KernelOracle : IDisposable
{
    internal sealed record KernelZone(string Name, string Interface, string V4, string V6);

    /// <summary>A packet as it came out: at this interface, with these addresses and this port.</summary>
    internal sealed record Sight(string Interface, Address Source, Address Destination, ushort DestinationPort);

    /// <summary>Fixed: zone a on eth1, zone b on eth2, everything else on eth0.</summary>
    public static readonly KernelZone[] Zones = [new("a", "eth1", "10.1", "fd00:1"), new("b", "eth2", "10.2", "fd00:2"), new("c", "eth0", "10.3", "fd00:3")];

    private static int made;

    /// <summary>Of its own for each judge: tests run beside each other, in this process and in others.</summary>
    private readonly string prefix = $"zk{Environment.ProcessId}x{Interlocked.Increment(ref made)}";

    private readonly IReadOnlyList<KernelZone> zones;

    /// <param name="zones">Three zones with other interfaces; null: <see cref="Zones"/>.</param>
    public KernelOracle(IReadOnlyList<KernelZone>? zones = null)
    {
        this.zones = zones ??= Zones;
        Run("ip", $"netns add {prefix}fw");
        var setup = new StringBuilder("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.icmp_ratelimit=0 net.ipv6.conf.default.accept_dad=0; ip link set lo up;");
        for (var i = 0; i < zones.Count; i++)
        {
            var zone = zones[i];
            Run("ip", $"netns add {prefix}{zone.Name}");
            Run("ip", $"-n {prefix}fw link add {zone.Interface} address 02:00:00:00:01:0{i} type veth peer name z0 netns {prefix}{zone.Name} address 02:00:00:00:02:0{i}");
            Run("ip", $"-n {prefix}{zone.Name} link set z0 up");
            // No neighbour is ever asked for: hosts of a zone exist only as addresses in packets.
            setup.Append($"sysctl -qw net.ipv4.conf.{zone.Interface}.rp_filter=0; ip link set {zone.Interface} up; ip addr add 169.254.{100 + i}.1/24 dev {zone.Interface};")
                .Append($"ip neigh replace 169.254.{100 + i}.2 lladdr 02:00:00:00:02:0{i} dev {zone.Interface} nud permanent; ip route add {zone.V4}.0.0/16 via 169.254.{100 + i}.2 dev {zone.Interface};")
                .Append($"ip -6 addr add fe80::{i + 1} dev {zone.Interface} nodad; ip -6 neigh replace fe80::aa{i} lladdr 02:00:00:00:02:0{i} dev {zone.Interface} nud permanent; ip -6 route add {zone.V6}::/32 via fe80::aa{i} dev {zone.Interface};")
                // What is marked for a zone goes there whatever its destination: rules of real networks are asked about their own addresses.
                .Append($"ip rule add tos 0x{Tos(i):x2} lookup {101 + i}; ip route add default via 169.254.{100 + i}.2 dev {zone.Interface} table {101 + i};")
                .Append($"ip -6 rule add tos 0x{Tos(i):x2} lookup {101 + i}; ip -6 route add default via fe80::aa{i} dev {zone.Interface} table {101 + i};");
        }
        try
        {
            Run("ip", $"netns exec {prefix}fw sh -c \"{setup}\"");
        }
        catch (InvalidOperationException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Null where this machine can't: no root, no namespaces, no tools.</summary>
    public static KernelOracle? TryCreate(IReadOnlyList<KernelZone>? zones = null)
    {
        if (Environment.UserName != "root" || !File.Exists("/usr/sbin/nft") || !File.Exists("/usr/sbin/iptables-legacy-restore")) return null;
        return new KernelOracle(zones);
    }

    public void Load(string program, string rules)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, rules);
        Run("ip", program is "nft" or "nft -o" ? $"netns exec {prefix}fw {program} -f {file}" : $"netns exec {prefix}fw sh -c \"{program} < {file}\"");
        File.Delete(file);
    }

    /// <summary>What the kernel says of the rules it has.</summary>
    public string Save(string program) => Run("ip", $"netns exec {prefix}fw {program}");

    /// <summary>Sends every packet and says which came out at the interface where it should.</summary>
    /// <param name="marked">Packets are marked for their way out, so that any destination goes there.</param>
    public bool[] Probe(IReadOnlyList<Packet> packets, bool marked = false) => [.. Look(packets, marked).Select((seen, i) => seen?.Interface == packets[i].Out)];

    /// <summary>Sends every packet and says where it was first seen, with the addresses that it had there; null: nowhere.</summary>
    public Sight?[] Look(IReadOnlyList<Packet> packets, bool marked = false)
    {
        var arrived = new Sight?[packets.Count];
        Exception? failure = null;
        // Namespaces belong to a thread: one of our own, that ends with them.
        var thread = new Thread(() =>
        {
            try { Probe(packets, arrived, marked); }
            catch (Exception e) { failure = e; }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException("probing failed", failure);
        return arrived;
    }

    private void Probe(IReadOnlyList<Packet> packets, Sight?[] arrived, bool marked)
    {
        var sockets = new Dictionary<string, int>();
        foreach (var zone in zones)
        {
            var ns = Check(open($"/var/run/netns/{prefix}{zone.Name}", 0));
            Check(setns(ns, 0x40000000));
            _ = close(ns);
            var s = Check(socket(17, 3, BinaryPrimitives.ReverseEndianness((short)3) & 0xFFFF));
            var address = new byte[20];
            BinaryPrimitives.WriteUInt16LittleEndian(address, 17);
            BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), 3);
            BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(4), if_nametoindex("z0"));
            Check(bind(s, address, 20));
            var room = BitConverter.GetBytes(1 << 24);
            Check(setsockopt(s, 1, 33, room, 4));
            sockets.Add(zone.Interface, s);
        }
        var buffer = new byte[2048];
        for (var i = 0; i < packets.Count; i++)
        {
            var frame = PacketBytes.Frame(i, packets[i], IndexOf(packets[i].In), marked ? Tos(IndexOf(packets[i].Out)) : (byte)0);
            Check((int)send(sockets[packets[i].In], frame, frame.Length, 0));
            if (i % 64 == 63) Drain(0);
        }
        Drain(1);
        foreach (var s in sockets.Values) _ = close(s);

        void Drain(int last)
        {
            for (var quiet = 0; quiet <= last * 20;)
            {
                var some = false;
                foreach (var (name, s) in sockets)
                    for (int n; (n = (int)recv(s, buffer, buffer.Length, 0x40)) > 0;)
                    {
                        some = true;
                        // Frames to the zone's own MAC came out of the firewall; the others are those just sent.
                        if (buffer[4] == 2 && PacketBytes.IdOf(buffer.AsSpan(0, n)) is { } id && id < arrived.Length) arrived[id] ??= PacketBytes.Seen(buffer.AsSpan(0, n), name);
                    }
                if (some) continue;
                quiet++;
                if (last > 0) Thread.Sleep(5);
            }
        }
    }

    public void Dispose()
    {
        foreach (var name in zones.Select(static z => z.Name).Append("fw")) Run("ip", $"netns del {prefix}{name}");
    }

    private int IndexOf(string name) => zones.Select(static (z, i) => (z, i)).First(z => z.z.Interface == name).i;

    private static byte Tos(int zone) => (byte)(4 << zone);

    private static string Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{program} {arguments}: {error}");
    }

    private static int Check(int result) => result >= 0 ? result : throw new SocketException(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int fd, int type);

    [LibraryImport("libc")]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, byte[] address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int fd, int level, int name, byte[] value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int fd, byte[] data, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, byte[] data, nint length, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint if_nametoindex(string name);
}
