using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Policy.Obligations;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>One side of the gateway: where messages come in, and where they go on to.</summary>
/// <param name="Route">Key of the route of the municipality.</param>
/// <param name="Certificate">Null: whoever sends here does so in the clear, as a server on this machine may.</param>
public sealed record MailDoor(IPEndPoint Listen, SmtpHop Next, string Route, SmtpCertificate? Certificate = null)
{
    /// <summary>Networks from which messages are taken without signing in; null: from anywhere.</summary>
    public IReadOnlyList<IPNetwork>? From { get; init; }

    /// <summary>Nobody sends without signing in, wherever they are.</summary>
    public bool MustSignIn { get; init; }
}

/// <summary>A postfix of our own in front of the gateway (docs/operations/crossing.md).</summary>
/// <param name="Inward">Port for the Internet side.</param>
/// <param name="Outward">Port for the LGWAN side; null: nothing goes out.</param>
/// <param name="Back">Port, on this machine only, where the gateway hands messages back.</param>
/// <param name="Delivery">The mail server of the LGWAN side.</param>
/// <param name="Relay">Who takes what goes out; null: whoever the DNS says.</param>
/// <param name="Inner">Networks from which what goes out is taken; empty: this machine alone.</param>
/// <param name="Certificate">Shown to who sends to it; null: STARTTLS isn't offered.</param>
public sealed record PostfixSettings(IPEndPoint Inward, IPEndPoint? Outward, int Back, SmtpHop Delivery, SmtpHop? Relay, IReadOnlyList<IPNetwork> Inner, SmtpCertificate? Certificate = null)
{
    /// <summary>Networks from which mail of the Internet side is taken: those of a server further in front; empty: from anywhere.</summary>
    public IReadOnlyList<IPNetwork> Outer { get; init; } = [];

    /// <summary>Filters that it asks about mail of the Internet side, as postfix writes them (<c>inet:127.0.0.1:8891</c>, <c>unix:/run/opendkim.sock</c>): who checks SPF, DKIM and DMARC.</summary>
    public IReadOnlyList<string> Milters { get; init; } = [];
}

/// <summary>How the gateway of this installation works: <c>mail.yaml</c> of the data folder.</summary>
/// <param name="Host">What the gateway calls itself; also tells its own traces from others'.</param>
/// <param name="Domains">Mail domains, each with the municipality (its short name) whose they are.</param>
public sealed partial record MailSettings(string Host, IReadOnlyDictionary<string, string> Domains, MailDoor? Inward, MailDoor? Outward)
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

    private static readonly IPNetwork[] Here = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    [GeneratedRegex(@"^(inet:[A-Za-z0-9.\[\]:-]+:\d{1,5}|unix:/[A-Za-z0-9._/-]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Milter();

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
            settings = new(f.Text("host") ?? "", domains, Door(f["inward"], InwardRoute, isInward: true), Door(f["outward"], OutwardRoute, isInward: false))
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

        MailDoor? Door(YamlValue? value, string route, bool isInward)
        {
            if (value is null || YamlFields.Of(value, errors, ["listen", "next", "tls?", "ca?", "route?", "certificate?", "key?", "starttls?", "from?", .. isInward ? (string[])[] : ["sign-in?"]]) is not { } f) return null;
            var (listen, next, certificate, how) = (Address(f, "listen"), Hop(f, "next"), Certificate(f), f.Text("sign-in"));
            if (how is not (null or "offered" or "required")) errors.Wrong(f.PlaceOf("sign-in"), "sign-in は offered、required のどちらかです", "sign-in is offered or required");
            else if (how is not null && certificate is null) errors.Wrong(f.PlaceOf("sign-in"), "sign-in には certificate と key が要ります（鍵は暗号化した接続でだけ受け取ります）", "sign-in needs certificate and key: keys are taken on encrypted lines only");
            // Who may send in the town's name is said, or it is this machine alone.
            return listen is not null && next is not null ? new(listen, next, f.Text("route") ?? route, certificate) { From = f["from"] is null ? isInward ? null : Here : Networks(f, "from"), MustSignIn = how == "required" } : null;
        }

        PostfixSettings? Front(YamlValue? value)
        {
            if (value is null || YamlFields.Of(value, errors, "inward", "outward?", "back", "delivery", "relay?", "inner?", "outer?", "milters?", "tls?", "ca?", "certificate?", "key?", "starttls?") is not { } f) return null;
            var (inner, outer, milters) = (Networks(f, "inner"), Networks(f, "outer"), f.Words("milters"));
            foreach (var milter in milters.Where(static m => !Milter().IsMatch(m))) errors.Wrong(f.PlaceOf("milters"), $"「{milter}」は inet:ホスト:ポート か unix:パス ではありません", $"'{milter}' is neither inet:HOST:PORT nor unix:PATH");
            return Address(f, "inward") is { } inward && Number(f, "back", 1, 65535) is { } back && Hop(f, "delivery") is { } delivery
                ? new(inward, f["outward"] is null ? null : Address(f, "outward"), back, delivery, f["relay"] is null ? null : Hop(f, "relay"), inner, Certificate(f)) { Outer = outer, Milters = [.. milters] }
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

        List<IPNetwork> Networks(YamlFields f, string key)
        {
            var networks = new List<IPNetwork>();
            foreach (var word in f.Words(key))
            {
                if (SourceNetworks.TryRead(word, out var network)) networks.Add(network);
                else errors.Wrong(f.PlaceOf(key), $"「{word}」はアドレスでもネットワークでもありません（例：10.0.0.0/8）", $"'{word}' is no address and no network (write 10.0.0.0/8)");
            }
            return networks;
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
