using System.Globalization;
using System.Net;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Policy.Obligations;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>One side of the gateway: where messages come in, and where they go on to.</summary>
/// <param name="Route">Key of the route of the municipality.</param>
/// <param name="Certificate">Null: whoever sends here does so in the clear, as a server on this machine may.</param>
public sealed record MailDoor(IPEndPoint Listen, SmtpHop Next, string Route, SmtpCertificate? Certificate = null);

/// <summary>A postfix of our own in front of the gateway (docs/operations/crossing.md).</summary>
/// <param name="Inward">Port for the Internet side.</param>
/// <param name="Outward">Port for the LGWAN side; null: nothing goes out.</param>
/// <param name="Back">Port, on this machine only, where the gateway hands messages back.</param>
/// <param name="Delivery">The mail server of the LGWAN side.</param>
/// <param name="Relay">Who takes what goes out; null: whoever the DNS says.</param>
/// <param name="Certificate">Shown to who sends to it; null: STARTTLS isn't offered.</param>
public sealed record PostfixSettings(IPEndPoint Inward, IPEndPoint? Outward, int Back, SmtpHop Delivery, SmtpHop? Relay, IReadOnlyList<IPNetwork> Inner, SmtpCertificate? Certificate = null);

/// <summary>How the gateway of this installation works: <c>mail.yaml</c> of the data folder.</summary>
/// <param name="Host">What the gateway calls itself; also tells its own traces from others'.</param>
/// <param name="Domains">Mail domains, each with the municipality (its short name) whose they are.</param>
public sealed record MailSettings(string Host, IReadOnlyDictionary<string, string> Domains, MailDoor? Inward, MailDoor? Outward)
{
    public const string FileName = "mail.yaml", Variable = "SEKISHO_MAIL";

    public const string InwardRoute = "internet-to-lgwan-mail", OutwardRoute = "lgwan-to-internet-mail";

    /// <summary>Largest message in bytes; a route may allow less.</summary>
    public long MostBytes { get; init; } = 64L << 20;

    /// <summary>Messages of one sender in a minute; more are put off.</summary>
    public int MessagesAMinute { get; init; } = 120;

    /// <summary>Messages that may wait to be made harmless before more are put off.</summary>
    public int Backlog { get; init; } = 20_000;

    /// <summary>So long a message is tried to be delivered.</summary>
    public TimeSpan GiveUp { get; init; } = TimeSpan.FromDays(5);

    /// <summary>Messages delivered at the same time.</summary>
    public int Senders { get; init; } = 4;

    public PostfixSettings? Postfix { get; init; }

    public SmtpLimits Limits { get; init; } = new();

    public SmtpPatience Patience { get; init; } = new();

    /// <summary>Where the settings of a data folder lie.</summary>
    public static string PathIn(string dataFolder) => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } elsewhere ? Path.GetFullPath(elsewhere) : Path.Combine(dataFolder, FileName);

    /// <summary>Those of a data folder; null when it has none.</summary>
    /// <exception cref="StorageException">They can't be read; says which line.</exception>
    public static MailSettings? Load(string dataFolder)
    {
        var path = PathIn(dataFolder);
        if (!File.Exists(path)) return null;
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e.Message);
        }
        return Parse(text, out var problems) ?? throw Unreadable(path, string.Join('\n', problems.Select(static p => p.ToString())));
    }

    private static StorageException Unreadable(string path, string detail) => new("XNG-MAIL-011",
        new($"メールの設定 {path} を読み取れません。起動していません。", $"The settings for mail, {path}, can't be read. Nothing was started."),
        new("docs/operations/crossing.md の「メール」の例と見比べて直してください。", "Compare them with the example in docs/operations/crossing.md."), detail: detail);

    /// <returns>Null with the problems, each with its line.</returns>
    public static MailSettings? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        MailSettings? settings = null;
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors, "format", "host", "domains", "inward?", "outward?", "megabytes?", "messages-a-minute?", "backlog?", "give-up?", "senders?", "postfix?") is { } f)
        {
            if (f.Text("format") is not "sekisho-mail/1") errors.Wrong(f.PlaceOf("format"), "format は sekisho-mail/1 と書いてください", "Write sekisho-mail/1 as the format");
            var domains = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in YamlFields.Named(f["domains"], errors))
            {
                if (MailAddress.ReadDomain(entry.Key) is not { } domain) errors.Wrong(entry.At, $"「{entry.Key}」はメールのドメインではありません", $"'{entry.Key}' is no mail domain");
                else if (entry.Value is YamlValue.Scalar { Value: { Length: > 0 } slug }) domains[domain] = slug.Trim();
                else errors.Wrong(entry.At, "自治体の短い名前を書いてください", "Write the short name of the municipality");
            }
            if (f.Text("host") is { } host && MailAddress.ReadDomain(host) is null) errors.Wrong(f.PlaceOf("host"), "host にはサーバーの名前を書いてください", "Write the name of the server");
            if (f["inward"] is null && f["outward"] is null) errors.Wrong(f.At, "inward か outward を書いてください", "Write inward, outward or both");
            var defaults = new MailSettings("", domains, null, null);
            settings = new(f.Text("host") ?? "", domains, Door(f["inward"], InwardRoute), Door(f["outward"], OutwardRoute))
            {
                MostBytes = Number(f, "megabytes", 1, 2000) is { } megabytes ? megabytes * 1024L * 1024 : defaults.MostBytes,
                MessagesAMinute = Number(f, "messages-a-minute", 1, 1_000_000) ?? defaults.MessagesAMinute,
                Backlog = Number(f, "backlog", 1, 10_000_000) ?? defaults.Backlog,
                GiveUp = f.Duration("give-up") ?? defaults.GiveUp,
                Senders = Number(f, "senders", 1, 64) ?? defaults.Senders,
                Postfix = Front(f["postfix"]),
            };
        }
        problems = errors.InOrder();
        return errors.Any ? null : settings;

        MailDoor? Door(YamlValue? value, string route)
        {
            if (value is null || YamlFields.Of(value, errors, "listen", "next", "tls?", "ca?", "route?", "certificate?", "key?", "starttls?") is not { } f) return null;
            var (listen, next) = (Address(f, "listen"), Hop(f, "next"));
            return listen is not null && next is not null ? new(listen, next, f.Text("route") ?? route, Certificate(f)) : null;
        }

        PostfixSettings? Front(YamlValue? value)
        {
            if (value is null || YamlFields.Of(value, errors, "inward", "outward?", "back", "delivery", "relay?", "inner?", "tls?", "ca?", "certificate?", "key?", "starttls?") is not { } f) return null;
            var inner = new List<IPNetwork>();
            foreach (var word in f.Words("inner"))
            {
                if (IPNetwork.TryParse(word, out var network)) inner.Add(network);
                else errors.Wrong(f.PlaceOf("inner"), $"「{word}」はネットワークではありません（例：10.0.0.0/8）", $"'{word}' is no network (write 10.0.0.0/8)");
            }
            return Address(f, "inward") is { } inward && Number(f, "back", 1, 65535) is { } back && Hop(f, "delivery") is { } delivery
                ? new(inward, f["outward"] is null ? null : Address(f, "outward"), back, delivery, f["relay"] is null ? null : Hop(f, "relay"), inner, Certificate(f))
                : null;
        }

        SmtpCertificate? Certificate(YamlFields f)
        {
            var (chain, key, how) = (f.Text("certificate"), f.Text("key"), f.Text("starttls"));
            if (how is not (null or "none" or "offered" or "required")) errors.Wrong(f.PlaceOf("starttls"), "starttls は none、offered、required のどれかです", "starttls is none, offered or required");
            if (how == "none" || (chain is null && key is null && how is null)) return null;
            if (chain is null || key is null)
            {
                errors.Wrong(f.At, "STARTTLS には certificate と key の両方を書いてください", "STARTTLS needs both certificate and key");
                return null;
            }
            var certificate = new SmtpCertificate(chain, key, how == "required");
            try
            {
                certificate.Read();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
            {
                errors.Wrong(f.PlaceOf("certificate"), $"証明書か鍵を読み取れません（{e.Message}）", $"The certificate or its key can't be read ({e.Message})");
            }
            return certificate;
        }

        int? Number(YamlFields f, string key, int least, int most)
        {
            if (f.Text(key) is not { } text) return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            errors.Wrong(f.PlaceOf(key), $"「{key}」には {least} から {most} までの数を書いてください", $"Write a number from {least} to {most} for '{key}'");
            return null;
        }

        IPEndPoint? Address(YamlFields f, string key)
        {
            if (f.Text(key) is not { } text) return null;
            if (IPEndPoint.TryParse(text, out var address) && text.Contains(':', StringComparison.Ordinal)) return address;
            errors.Wrong(f.PlaceOf(key), $"「{text}」はアドレスとポートではありません（例：127.0.0.1:10025）", $"'{text}' is no address with a port (write 127.0.0.1:10025)");
            return null;
        }

        SmtpHop? Hop(YamlFields f, string key)
        {
            if (f.Text(key) is not { } text) return null;
            var colon = text.LastIndexOf(':');
            var host = (colon < 0 ? text : text[..colon]).Trim('[', ']');
            var port = 25;
            if (host.Length == 0 || (colon >= 0 && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536)) || host.Any(static c => c is <= ' ' or > '~'))
            {
                errors.Wrong(f.PlaceOf(key), $"「{text}」はサーバーとポートではありません（例：mail.lg.example:25）", $"'{text}' is no server with a port (write mail.lg.example:25)");
                return null;
            }
            var isHere = IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);
            var tls = f.Text("tls") switch { "none" => SmtpTls.None, "offered" => SmtpTls.WhenOffered, "required" => SmtpTls.Required, null => isHere ? SmtpTls.None : SmtpTls.WhenOffered, _ => (SmtpTls)(-1) };
            if (!Enum.IsDefined(tls)) errors.Wrong(f.PlaceOf("tls"), "tls は none、offered、required のどれかです", "tls is none, offered or required");
            return new(host, port, tls, f.Text("ca"));
        }
    }
}
