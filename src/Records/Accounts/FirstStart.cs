using System.Text.RegularExpressions;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Municipalities;
using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>The municipality as entered on the first page.</summary>
/// <param name="Name">E.g. 目黒区.</param>
/// <param name="Slug">Its name in addresses: lower-case letters, digits and hyphens.</param>
/// <param name="Words">Its own words for the product's terms (用語), e.g. マイナンバー利用事務系 → マイナンバー接続系.</param>
public sealed record MunicipalityForm(string Name, string Slug, IReadOnlyDictionary<string, string> Words);

/// <summary>What came of the first start.</summary>
public abstract record FirstStartOutcome
{
    private FirstStartOutcome()
    {
    }

    public abstract T Match<T>(Func<Done, T> done, Func<Refused, T> refused);

    /// <summary>The municipality and its first officer are there.</summary>
    public sealed record Done(Account Officer) : FirstStartOutcome
    {
        public override T Match<T>(Func<Done, T> done, Func<Refused, T> refused) => done(this);
    }

    /// <summary>Nothing was made.</summary>
    public sealed record Refused(AccountRefusal Refusal) : FirstStartOutcome
    {
        public override T Match<T>(Func<Done, T> done, Func<Refused, T> refused) => refused(this);
    }
}

/// <summary>The first start of an installation: the municipality and the first officer, made once and together.</summary>
public sealed partial class FirstStart(RecordKeeper keeper, RecordSlices records)
{
    private readonly Database database = keeper.Database;
    private readonly TimeProvider time = keeper.Clock;
    private readonly MunicipalityRegister municipalities = new(keeper);

    public static AccountRefusal AlreadyDone { get; } = new("ACC-020", "", new("初期設定は済んでいます。サインインしてください。", "The first start is done. Please sign in."));

    public static AccountRefusal NameMissing { get; } = new("ACC-021", "municipalityName", new("自治体の名称を 1〜100 字で入力してください。", "Enter the municipality's name, 1 to 100 characters."));

    public static AccountRefusal SlugMalformed { get; } = new("ACC-022", "slug", new("アドレス用の名前は、半角の英小文字・数字・ハイフンの 2〜63 字で入力してください（例: meguro）。", "Use 2 to 63 lower-case letters, digits or single hyphens, such as meguro."));

    /// <summary>Whether anybody can sign in yet.</summary>
    public async Task<bool> IsDoneAsync(CancellationToken cancel)
    {
        await using var lookUp = await database.EnterSignInAsync(cancel);
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM signin.account)", lookUp.Connection, lookUp.Transaction);
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The municipality that is there already without anybody to sign in (a demonstration, or made on the command line); null when there is none.</summary>
    public async Task<(MunicipalityId Id, string Name, string Slug)?> WaitingAsync(CancellationToken cancel)
    {
        await using var owner = await database.EnterOwnerAsync(cancel);
        return await WaitingAsync(owner, cancel);
    }

    /// <summary>Everything that is wrong with what was entered, so that it can be said at once.</summary>
    /// <param name="form">Null when a municipality is waiting for its first officer.</param>
    /// <param name="officer">The first officer.</param>
    public static IEnumerable<AccountRefusal> Check(MunicipalityForm? form, AccountForm officer)
    {
        if (form is not null && form.Name.Trim().Length is 0 or > 100) yield return NameMissing;
        if (form is not null && !(form.Slug.Length is >= 2 and <= 63 && SlugShape().IsMatch(form.Slug))) yield return SlugMalformed;
        if (!LoginName.IsWellFormed(officer.Login)) yield return AccountRefusal.LoginMalformed;
        if (officer.DisplayName.Trim().Length is 0 or > 100) yield return AccountRefusal.NameMissing;
    }

    /// <summary>Makes the municipality, its words and its officer in one transaction: broken off at any moment, there is all of it or nothing.</summary>
    /// <param name="form">The municipality; left aside when one is waiting for its first officer.</param>
    /// <param name="officer">The first officer; roles and unit are set here.</param>
    /// <param name="passwordHash">Of the password, made by the sign-in code.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<FirstStartOutcome> CompleteAsync(MunicipalityForm form, AccountForm officer, Func<Account, string> passwordHash, CancellationToken cancel)
    {
        await using var owner = await database.EnterOwnerAsync(cancel);
        // Two browsers with the same code: the second waits here, and then finds it done.
        await using (var wait = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('signin.first-start', 0))", owner.Connection, owner.Transaction))
            await wait.ExecuteNonQueryAsync(cancel);
        if (await IsDoneAsync(cancel)) return new FirstStartOutcome.Refused(AlreadyDone);
        var waiting = await WaitingAsync(owner, cancel);
        if (Check(waiting is null ? form : null, officer).FirstOrDefault() is { } wrong) return new FirstStartOutcome.Refused(wrong);

        var isNew = waiting is null;
        // Alone at first: the officer also manages accounts and organisation, until somebody else does.
        var first = officer with { Roles = [Role.Officer, Role.Administrator], Unit = null };
        var actor = Actor.System("first-start");
        if (waiting is null)
        {
            var made = (await municipalities.CreateInAsync(owner, form.Slug, form.Name, actor, cancel)).Match(static m => (m.Id, Refusal: (Refusal?)null), static r => (default, r));
            if (made.Refusal is { } refusal) return new FirstStartOutcome.Refused(new AccountRefusal(refusal.Code, "slug", refusal.What + refusal.Next));
            waiting = (made.Id, form.Name, form.Slug);
        }
        var tenant = await owner.EnterAsync(waiting.Value.Id, cancel);
        if (isNew && form.Words.Count > 0
            && await records.Words.KeepInAsync(tenant, form.Words.ToDictionary(static w => w.Key, static w => (string?)w.Value), actor, cancel) is { } wordless)
            return new FirstStartOutcome.Refused(new AccountRefusal(wordless.Code, "", wordless.What + wordless.Next));
        var account = AccountBook.New(waiting.Value.Id, first, time.GetUtcNow());
        account.PasswordHash = passwordHash(account);
        if (!await AccountData.InsertAsync(tenant.Connection, tenant.Transaction, account, time, cancel)) return new FirstStartOutcome.Refused(AccountRefusal.LoginTaken);
        await AccountLedger.WriteAsync(keeper, tenant, "account.first-officer", account, account, cancel);
        await owner.CommitAsync(cancel);
        return new FirstStartOutcome.Done(account);
    }

    /// <summary>As the check of records.municipality.</summary>
    [GeneratedRegex("^[a-z0-9](-?[a-z0-9])*$", RegexOptions.CultureInvariant)]
    private static partial Regex SlugShape();

    private static async Task<(MunicipalityId Id, string Name, string Slug)?> WaitingAsync(OwnerTransaction owner, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT id, name, slug FROM records.municipality ORDER BY created_at LIMIT 1", owner.Connection, owner.Transaction);
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) ? (new MunicipalityId(row.GetGuid(0)), row.GetString(1), row.GetString(2)) : null;
    }
}
