using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Systems;
using Sekisho.Crossing.Vault;

namespace Sekisho.Crossing.Mail;

/// <summary>Takes messages in at one door of the gateway: for whom, how large and how many follows from the route; the message itself goes into the vault as it comes.</summary>
internal sealed class MailIntake(MailDirection direction, MailDoor door, MailSettings settings, MailTowns towns, SystemDesk systems, MailSpool spool, FileVault vault, RouteBook routes, Func<MunicipalityId, Route, CancellationToken, Task<long>> room, Func<CancellationToken, Task<long>> waiting, TimeProvider time) : ISmtpTaker
{
    /// <summary>So many times what one sender may send may come from one network: a provider has many.</summary>
    private const int SendersOfANetwork = 10;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2), Minute = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<MunicipalityId, (long At, Route? Route, long Room)> known = new();
    private readonly ConcurrentDictionary<string, (long Minute, int Count)> senders = new(StringComparer.Ordinal);
    private (long At, bool IsFull, bool IsBehind) machine = (long.MinValue, false, false);

    public long MostBytes => settings.MostBytes;

    public bool SignsIn => direction == MailDirection.Outward && door.Certificate is not null;

    /// <remarks>Some devices take no password of ninety letters: the first part of the key may stand as the name.</remarks>
    public async ValueTask<SmtpSystem?> SignInAsync(string untrustedUser, string untrustedKey, IPAddress from, CancellationToken cancel)
    {
        var whole = untrustedKey.StartsWith(SystemDesk.Prefix, StringComparison.Ordinal) ? untrustedKey : $"{untrustedUser}_{untrustedKey}";
        return await systems.FindAsync(whole, from, cancel).ConfigureAwait(false) is { } found && found.System.Match<CrossingSystem?>(static s => s, static _ => null) is { } system ? new(found.Municipality, system) : null;
    }

    public async ValueTask<SmtpReply?> FromAsync(SmtpEnvelope envelope, CancellationToken cancel)
    {
        if (envelope.By is null && (door.MustSignIn || (door.From is { } from && !SourceNetworks.Hold(from, envelope.Client)))) return SmtpReplies.NeedsSignIn;
        if (envelope.By is { } by)
        {
            if (!by.System.Routes.Contains(door.Route)) return SmtpReplies.NotItsRoute;
            // Also of a domain that is another municipality's.
            if (envelope.From is not { } own || !by.System.MaySendAs(own) || await towns.OfAsync(own.Domain, cancel).ConfigureAwait(false) != by.Town) return SmtpReplies.NotItsSender;
        }
        if (direction == MailDirection.Outward && await SendersAsync(envelope, cancel).ConfigureAwait(false) is null) return SmtpReplies.NotOurs;
        var (isFull, isBehind) = await MachineAsync(envelope.Size ?? 0, cancel).ConfigureAwait(false);
        if (isFull) return SmtpReplies.NoRoom;
        if (isBehind) return SmtpReplies.Backlog;
        return IsTooFast(envelope) ? SmtpReplies.TooFast : null;
    }

    public async ValueTask<SmtpReply?> ToAsync(SmtpEnvelope envelope, MailAddress recipient, CancellationToken cancel)
    {
        var town = direction == MailDirection.Outward ? await SendersAsync(envelope, cancel).ConfigureAwait(false) : await towns.OfAsync(recipient.Domain, cancel).ConfigureAwait(false);
        if (town is not { } its) return SmtpReplies.NotOurs;
        // A message has one municipality: copies for another are asked for separately.
        if (direction == MailDirection.Inward && envelope.To.Count > 0 && await towns.OfAsync(envelope.To[0].Domain, cancel).ConfigureAwait(false) != town) return SmtpReplies.TooManyRecipients;
        if (await RouteAsync(its, cancel).ConfigureAwait(false) is not { IsOpen: true } route) return SmtpReplies.Closed;
        if (envelope.Size > Most(route)) return SmtpReplies.TooLarge;
        // All mail of a municipality has its share of the vault as one: strangers leave room for people, and for other municipalities.
        return known[its].Room < Math.Max(1, envelope.Size ?? 0) ? SmtpReplies.NoRoom : null;
    }

    public async ValueTask<(ISmtpDrop? Drop, SmtpReply Reply)> OpenAsync(SmtpEnvelope envelope, CancellationToken cancel)
    {
        var town = (direction == MailDirection.Outward ? await SendersAsync(envelope, cancel).ConfigureAwait(false) : await towns.OfAsync(envelope.To[0].Domain, cancel).ConfigureAwait(false))!.Value;
        if (await RouteAsync(town, cancel).ConfigureAwait(false) is not { IsOpen: true } route) return (null, SmtpReplies.Closed);
        var blob = FileVault.New(town, time.GetUtcNow());
        try
        {
            return (new Drop(this, envelope, town, route, blob, vault.Write(blob)), SmtpReplies.GoOn);
        }
        catch (IOException)
        {
            return (null, SmtpReplies.NoRoom);
        }
    }

    private long Most(Route route) => Math.Min(settings.MostBytes, route.Definition.Quota.BytesAFile ?? long.MaxValue);

    /// <summary>Whose message leaves: that of the sender's domain. A notice of a server has no sender; it can only be told where there is one municipality.</summary>
    private async ValueTask<MunicipalityId?> SendersAsync(SmtpEnvelope envelope, CancellationToken cancel) => envelope.From is { } from ? await towns.OfAsync(from.Domain, cancel).ConfigureAwait(false) : towns.Only;

    private async ValueTask<Route?> RouteAsync(MunicipalityId town, CancellationToken cancel)
    {
        if (known.TryGetValue(town, out var seen) && time.GetElapsedTime(seen.At) < Fresh) return seen.Route;
        var route = await routes.FindAsync(town, door.Route, cancel).ConfigureAwait(false);
        if (route is { Definition: var its } && (its.Kind != RouteKind.Mail || its.IsInward != (direction == MailDirection.Inward))) route = null;
        known[town] = (time.GetTimestamp(), route, route is null ? 0 : await room(town, route, cancel).ConfigureAwait(false));
        return route;
    }

    private async ValueTask<(bool IsFull, bool IsBehind)> MachineAsync(long bytes, CancellationToken cancel)
    {
        if (machine.At == long.MinValue || time.GetElapsedTime(machine.At) >= Fresh)
            machine = (time.GetTimestamp(), vault.FreeBytes < vault.Reserve + (2 * settings.MostBytes), await waiting(cancel).ConfigureAwait(false) >= settings.Backlog);
        return (machine.IsFull || (bytes > 1 << 20 && vault.FreeBytes < vault.Reserve + (2 * bytes)), machine.IsBehind);
    }

    /// <summary>A flood is put off, not refused: who is no flood comes again.</summary>
    private bool IsTooFast(SmtpEnvelope envelope)
    {
        var minute = time.GetUtcNow().Ticks / Minute.Ticks;
        if (senders.Count > 100_000)
        {
            foreach (var (who, its) in senders)
                if (its.Minute != minute) senders.TryRemove(who, out _);
        }
        // A name is anybody's choice; a network isn't. What a server of our own brings is told apart by who it says that it has it from.
        if (Network(envelope.Peer.Address) is { } network && Count("[" + network) > settings.MessagesAMinute * SendersOfANetwork) return true;
        return Count(envelope.From is { } from ? from.Folded : "<>" + envelope.Peer.Address) > settings.MessagesAMinute;

        int Count(string who) => senders.AddOrUpdate(who, (minute, 1), (_, its) => its.Minute == minute ? (minute, its.Count + 1) : (minute, 1)).Count;
    }

    /// <summary>Of a server that isn't our own: 203.0.113.0/24, 2001:db8::/48; null for our own, and where it isn't known.</summary>
    private string? Network(string untrustedAddress)
    {
        if (!IPAddress.TryParse(untrustedAddress, out var address) || settings.Limits.Trusted.Any(n => n.Contains(address))) return null;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bytes.Length == 4 ? 3 : 6).Clear();
        return new IPAddress(bytes).ToString();
    }

    private sealed class Drop(MailIntake intake, SmtpEnvelope envelope, MunicipalityId town, Route route, Blob blob, SealedWriter writer) : ISmtpDrop
    {
        private readonly IncrementalHash content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly HeadReader head = new();
        private bool isKept;

        public long MostBytes { get; } = intake.Most(route);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> untrusted, CancellationToken cancel)
        {
            content.AppendData(untrusted.Span);
            head.Push(untrusted.Span);
            return writer.WriteAsync(untrusted, cancel);
        }

        public async ValueTask<SmtpReply> KeepAsync(CancellationToken cancel)
        {
            var its = head.Read();
            var trace = MailTrace.Next(intake.Settings.Host, intake.Direction, its);
            if (trace.IsLoop) return SmtpReplies.Loop;
            // Who reads it sees the From line, not the envelope.
            if (envelope.By is { } by && !(its.Writer is { } shown && by.System.MaySendAs(shown))) return SmtpReplies.NotItsSender;
            try
            {
                await writer.EndAsync(cancel).ConfigureAwait(false);
                await Task.Run(writer.Sync, CancellationToken.None).ConfigureAwait(false);
            }
            catch (IOException)
            {
                return SmtpReplies.NoRoom;
            }
            var bytes = writer.Received;
            var digest = new Sha256(content.GetHashAndReset());
            var (reply, keeps) = await intake.Spool.KeepAsync(town, new(envelope, its, trace, intake.Direction, route, blob, bytes, digest, Whole(digest)), cancel).ConfigureAwait(false);
            isKept = keeps;
            return reply;
        }

        public ValueTask DisposeAsync()
        {
            writer.Dispose();
            content.Dispose();
            // After a commit of which nobody knows whether it happened the file stays: what no record knows is swept.
            if (!isKept && !intake.Spool.MayKnow(blob)) intake.Vault.Remove(town, blob.Id);
            return ValueTask.CompletedTask;
        }

        /// <summary>Digest of message and envelope: by it a message is known that is sent again because its 250 was lost.</summary>
        private Sha256 Whole(Sha256 digest) =>
            Sha256.Of(Encoding.UTF8.GetBytes($"{digest}\n{envelope.From?.Folded}\n{string.Join('\n', envelope.To.Select(t => t.Folded).Order(StringComparer.Ordinal))}"));
    }

    private MailDirection Direction => direction;

    private MailSettings Settings => settings;

    private MailSpool Spool => spool;

    private FileVault Vault => vault;
}
