using System.Net;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Systems;

/// <summary>Identity of a system that hands files over.</summary>
public readonly record struct SystemId(Guid Value)
{
    private const string Prefix = "machine:";

    /// <summary>How it is named where a person's account would stand: in requests, their steps and the ledger.</summary>
    public string Account => Prefix + Value;

    /// <summary>Null when the account is a person's, or a part of Sekisho.</summary>
    public static SystemId? Of(string account) => account.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParse(account.AsSpan(Prefix.Length), out var id) ? new(id) : null;

    public override string ToString() => Value.ToString();
}

/// <summary>A system to let in (業務システム, 複合機).</summary>
/// <param name="Name">As people know it: 3階の複合機, 財務会計システム; at most 100 characters.</param>
/// <param name="Routes">Keys of the routes that it may ask for, 1 to 20.</param>
/// <param name="Owner">The section that answers for it.</param>
/// <param name="From">Addresses and networks that it calls from, 1 to 20.</param>
/// <param name="Life">How long its key works; two years at most.</param>
public sealed record SystemDraft(string Name, IReadOnlyList<string> Routes, UnitId Owner, IReadOnlyList<string> From, TimeSpan Life)
{
    /// <summary>As whom it sends mail: addresses, or a whole domain as @example.lg.jp; 1 to 20 with a route of mail, none without.</summary>
    public IReadOnlyList<string> Senders { get; init; } = [];
}

/// <summary>A system with a key, without the key.</summary>
/// <param name="MisusedAt">When its key was last shown from an address that isn't its own.</param>
public sealed record CrossingSystem(
    SystemId Id, string Name, IReadOnlyList<string> Routes, UnitId Owner, IReadOnlyList<IPNetwork> From, DateTimeOffset MadeAt, Actor MadeBy, DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt, Actor? RevokedBy, DateTimeOffset? LastUsedAt, string? LastUsedFrom, DateTimeOffset? MisusedAt, string? MisusedFrom)
{
    /// <summary>As whom it acts.</summary>
    public Actor Actor => new(Id.Account, Name);

    /// <summary>As whom it may send mail, folded: <c>kaikei@town.lg.jp</c>, <c>@town.lg.jp</c>.</summary>
    public IReadOnlyList<string> Senders { get; init; } = [];

    public bool MaySendAs(MailAddress sender) => Senders.Contains(sender.Folded) || Senders.Contains("@" + sender.Domain);

    public bool WorksAt(DateTimeOffset at) => RevokedAt is null && at < ExpiresAt;
}
