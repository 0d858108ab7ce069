using Sekisho.Crossing;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Notices;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>What a server is started with.</summary>
/// <param name="Storage">Folder of this installation (private cluster, keys), and the PostgreSQL server when it isn't our own.</param>
/// <param name="Urls">Addresses to listen on, e.g. <c>http://localhost:8080</c>; port 0 takes a free one.</param>
/// <param name="Time">The clock; every page and verdict asks this one.</param>
public sealed record WebHostOptions(StorageOptions Storage, IReadOnlyList<string> Urls, TimeProvider Time)
{
    /// <summary>Folder of the built program, where wwwroot lies: independent of the working directory.</summary>
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>Whether people reach the server by https, here or at a proxy in front: cookies are then bound to this very host.</summary>
    public bool Https { get; init; } = Urls.Any(static url => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase));

    /// <summary>The address that people use, when it isn't the one that is listened on: passkeys are bound to its name, links are made with it.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; empty: nobody's.</summary>
    public IReadOnlyList<System.Net.IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Under which address contractors answer the yearly confirmation from outside (docs/operations/confirmation.md); null: from the inner network only.</summary>
    public Uri? ConfirmAddress { get; init; }

    /// <summary>A database that is open already and that the caller closes; null: the host opens its own and closes it at the end.</summary>
    public Database? Database { get; init; }

    /// <summary>Lowest level that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>How hostile files are shut in; null: this server takes no files through the sanitiser (others that share its database do).</summary>
    public Isolation? Sanitise { get; init; } = Isolation.Bubblewrap;

    /// <summary>Where notices to approvers go by SMTP; null: none are sent. They name pages by <see cref="PublicUrl"/>.</summary>
    public NoticeServer? Notices { get; init; }

    /// <summary>Below it each municipality has its watched folders, in a folder by its short name; null: this server looks into none.</summary>
    public string? WatchedRoot { get; init; }

    /// <summary>The gateway for mail of this server; null: it has none.</summary>
    public MailSettings? Mail { get; init; }

    /// <summary>Starts a postfix of its own in front of the gateway, as its settings say.</summary>
    public bool HasPostfix { get; init; }

    /// <summary>Where work is announced to sanitising workers of other machines; null: they look into PostgreSQL.</summary>
    public Uri? Rabbit { get; init; } = CrossingSlices.RabbitOfEnvironment();

    /// <summary>The registers that the office keeps; tests add some of their own.</summary>
    public RegisterCatalogue Registers { get; init; } = RegisterCatalogue.Load();

    /// <summary>Adds services after the product's own; tests use it to add pages of their own.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Adds endpoints after the product's own.</summary>
    public Action<WebApplication>? Endpoints { get; init; }
}
