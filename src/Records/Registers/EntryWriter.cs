using System.Text;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>A draft held against the entry that it is about.</summary>
/// <param name="Problems">Each field at most once; empty: may be kept.</param>
internal sealed record ReadDraft(RegisterEntry? Before, UnitId? Unit, FieldValues Values, string Json, IReadOnlyList<FieldProblem> Problems)
{
    public bool IsSame => Before is not null && Before.Unit == Unit && Before.Fields.Equals(Values);
}

/// <summary>Drafts as they were kept.</summary>
/// <param name="Problems">What the rules found in the whole; when there are any, nothing of it may be committed.</param>
internal sealed record KeptDrafts(IReadOnlyList<RegisterEntry> Entries, IReadOnlyList<LedgerEntry> Said, IReadOnlyList<(EntryId Entry, FieldProblem Problem)> Problems);

/// <summary>Reads drafts and keeps them (記入の読取りと保存): one at a time or thousands, by the same rules.</summary>
internal sealed class EntryWriter(RegisterDefinition register, IRegisterRules? rules)
{
    /// <summary>Bytes of an entry's fields: two of them, old and new, have to fit in one entry of the ledger (65,535).</summary>
    private const int MostBytes = 18_000;

    public async Task<IReadOnlyList<ReadDraft>> ReadAsync(
        TenantTransaction tx, IReadOnlyList<(RegisterEntry? Before, EntryDraft Draft)> drafts, IReadOnlyList<UnitId>? within, DateOnly day, CancellationToken cancel)
    {
        var references = await References.LoadAsync(tx, register, [.. drafts.Select(d => d.Draft)], day, cancel);
        var seen = within?.ToHashSet();
        var read = drafts.Select(d => Read(d.Before, d.Draft, references, seen, day)).ToList();
        if (rules is not null)
        {
            var referred = rules.ReadsReferences ? await ReferredAsync(tx, read, cancel) : [];
            read = [.. read.Select(r => Ruled(r, rules, referred, day))];
        }
        read = [.. read.Select(Whole)];
        return await UniqueAsync(tx, read, cancel);
    }

    private ReadDraft Read(RegisterEntry? before, EntryDraft draft, References references, HashSet<UnitId>? seen, DateOnly day)
    {
        var problems = new List<FieldProblem>();
        foreach (var key in draft.Untrusted.Keys.Where(k => k != RegisterDefinition.UnitKey && register.Find(k) is null)) problems.Add(new(key, FieldWords.NoSuchField));
        var unit = before?.Unit;
        if (draft.Untrusted.TryGetValue(RegisterDefinition.UnitKey, out var unitText) && !IsAsBefore(unitText, before?.Unit is { } was ? [was.ToString()] : []))
        {
            if (FieldReader.Unit(unitText, references) is FieldReading.Wrong wrong) problems.Add(new(RegisterDefinition.UnitKey, wrong.What));
            else unit = ((FieldReading.Read)FieldReader.Unit(unitText, references)).Value is FieldValue.Unit read ? read.Id : null;
        }
        if (!problems.Exists(p => p.Field == RegisterDefinition.UnitKey))
        {
            if (unit is null && (register.Unit == UnitNeed.Required || seen is not null)) problems.Add(new(RegisterDefinition.UnitKey, FieldWords.Required));
            else if (unit is { } chosen && seen?.Contains(chosen) == false) problems.Add(new(RegisterDefinition.UnitKey, FieldWords.OutsideYourUnits));
        }
        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        foreach (var field in register.Fields)
        {
            var kept = before?.Fields[field.Key];
            if (field.IsDerived)
            {
                if (kept is not null) values[field.Key] = kept;
                continue;
            }
            var texts = draft.Untrusted.GetValueOrDefault(field.Key) ?? (before is null && field.Default is { } first ? [first] : null);
            // What stands stays: an old value isn't held against today's definition because its neighbour was changed.
            var reading = texts is null || kept is not null && IsAsBefore(texts, kept.Texts) ? new FieldReading.Read(kept) : FieldReader.Read(field, texts, references, day);
            if (reading is FieldReading.Wrong wrong) problems.Add(new(field.Key, wrong.What));
            else if (((FieldReading.Read)reading).Value is { } value) values[field.Key] = value;
        }
        return new ReadDraft(before, unit, new FieldValues(values), "", problems);
    }

    private static bool IsAsBefore(IReadOnlyList<string> texts, IReadOnlyList<string> kept) => texts.Count == kept.Count && texts.SequenceEqual(kept, StringComparer.Ordinal);

    private ReadDraft Ruled(ReadDraft read, IRegisterRules its, IReadOnlyDictionary<EntryId, RegisterEntry> referred, DateOnly day)
    {
        var candidate = new EntryCandidate(register, read.Before, read.Unit, read.Values, day, referred);
        var values = its.Derive(candidate);
        // Fields that couldn't be read would only be complained about twice.
        var wrong = read.Problems.Select(p => p.Field).ToHashSet(StringComparer.Ordinal);
        var more = its.Check(candidate with { Values = values }).Where(p => wrong.Add(p.Field)).ToList();
        return read with { Values = values, Problems = [.. read.Problems, .. more] };
    }

    /// <summary>Required fields and the size of the whole.</summary>
    private ReadDraft Whole(ReadDraft read)
    {
        var problems = read.Problems.ToList();
        foreach (var field in register.Fields.Where(f => f.IsRequired && read.Values[f.Key] is null && problems.TrueForAll(p => p.Field != f.Key))) problems.Add(new(field.Key, FieldWords.Required));
        var json = read.Values.ToJson(register);
        if (Encoding.UTF8.GetByteCount(json) > MostBytes)
        {
            var longest = register.Fields.Where(f => read.Values[f.Key] is not null).MaxBy(f => read.Values[f.Key]!.Texts.Sum(t => t.Length))!;
            problems.RemoveAll(p => p.Field == longest.Key);
            problems.Add(new(longest.Key, Refusals.TooLarge.What));
        }
        return read with { Json = json, Problems = [.. problems.OrderBy(p => Place(p.Field))] };
    }

    private int Place(string field)
    {
        for (var i = 0; i < register.Fields.Count; i++)
            if (register.Fields[i].Key == field) return i;
        return field == RegisterDefinition.UnitKey ? -1 : int.MaxValue;
    }

    private async Task<IReadOnlyList<ReadDraft>> UniqueAsync(TenantTransaction tx, List<ReadDraft> read, CancellationToken cancel)
    {
        foreach (var field in register.Fields.Where(f => f.IsUnique))
        {
            var texts = read.Select(r => r.Values.Text(field.Key)).ToList();
            var asked = texts.OfType<string>().Distinct().ToArray();
            if (asked.Length == 0) continue;
            // Two who enter the same at once: the second waits here, and then sees the first.
            await RegisterRows.TakeNumbersAsync(tx, register.Key, 0, cancel);
            var taken = (await tx.ListAsync($"SELECT e.fields ->> $2, e.number, e.id FROM records.register_entry e WHERE e.register = $1 AND e.retired_at IS NULL AND e.fields ->> $2 = ANY ($3)",
                r => (Text: r.GetString(0), Number: r.GetString(1), Id: r.GetGuid(2)), cancel, register.Key, field.Key, asked)).ToLookup(t => t.Text, StringComparer.Ordinal);
            var here = new HashSet<string>(StringComparer.Ordinal);
            var changing = read.Where(r => r.Before is not null).Select(r => r.Before!.Id.Value).ToHashSet();
            for (var i = 0; i < read.Count; i++)
            {
                if (texts[i] is not { } text || read[i].Problems.Any(p => p.Field == field.Key)) continue;
                var other = taken[text].Where(t => t.Id != read[i].Before?.Id.Value && !changing.Contains(t.Id)).Select(t => t.Number).FirstOrDefault();
                if (other is null && here.Add(text)) continue;
                read[i] = read[i] with { Problems = [.. read[i].Problems, new(field.Key, FieldWords.NotUnique(text, other ?? RegisterWords.NumberLabel.Ja))] };
            }
        }
        return read;
    }

    private async Task<Dictionary<EntryId, RegisterEntry>> ReferredAsync(TenantTransaction tx, List<ReadDraft> read, CancellationToken cancel)
    {
        var ids = read.SelectMany(r => register.Fields.Where(f => f.Of is not null).SelectMany(f => r.Values.Entries(f.Key).Select(id => (f.Of, Id: id)))).Distinct().ToLookup(x => x.Of!, x => x.Id);
        var referred = new Dictionary<EntryId, RegisterEntry>();
        foreach (var of in ids)
            foreach (var entry in await RegisterRows.ReadAsync(tx, RegisterCatalogue.Load()[of.Key], [.. of], null, lockRows: false, cancel)) referred[entry.Id] = entry;
        return referred;
    }

    /// <summary>Writes what was read without problems, and spells what the ledger is to say of it. Where nothing differs, nothing is written.</summary>
    /// <returns>The entries in the order of <paramref name="ready"/>, and the ledger's entries, to be appended last. With problems: the transaction is not to be committed.</returns>
    public async Task<KeptDrafts> KeepAsync(TenantTransaction tx, IReadOnlyList<ReadDraft> ready, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        var added = ready.Count(r => r.Before is null);
        var sequence = added > 0 ? await RegisterRows.TakeNumbersAsync(tx, register.Key, added, cancel) : 0;
        var names = await RegisterNames.LoadAsync(tx, register, [.. ready.Select(r => r.Values), .. ready.Where(r => r.Before is not null).Select(r => r.Before!.Fields)], ofUnits: true, cancel);
        var entries = new List<RegisterEntry>(ready.Count);
        var written = new List<WrittenEntry>(ready.Count);
        var said = new List<LedgerEntry>(ready.Count);
        foreach (var draft in ready)
        {
            if (draft.IsSame)
            {
                entries.Add(draft.Before!);
                continue;
            }
            var title = draft.Values.Text(register.Title.Key) ?? throw new InvalidOperationException("A draft with problems was to be kept.");
            var its = draft.Before is null ? sequence++ : 0;
            var entry = draft.Before is { } before
                ? before with { Unit = draft.Unit, Title = title, Fields = draft.Values, Version = before.Version + 1, UpdatedAt = at, UpdatedBy = actor }
                : new RegisterEntry(new(RecordKeeper.NewId(at)), register.Key, register.NumberOf(its), draft.Unit, title, draft.Values, 1, at, at, actor, null, null);
            entries.Add(entry);
            written.Add(new WrittenEntry(entry, its, draft.Json, Search(entry)));
            said.Add(draft.Before is { } was
                ? RecordKeeper.Entry(at, EntryHistory.Changed, actor, EntryHistory.Subject(entry), EntryHistory.Change(register, was, entry, actor, names))
                : RecordKeeper.Entry(at, EntryHistory.Added, actor, EntryHistory.Subject(entry), EntryHistory.Addition(register, entry, actor, names)));
        }
        if (written.Count == 0) return new(entries, said, []);
        await RegisterRows.WriteAsync(tx, register, written, cancel);
        var earlier = ready.Where(r => r.Before is not null).ToDictionary(r => r.Before!.Id, r => r.Before);
        var (problems, derived) = await FollowAsync(tx, [.. written.Select(w => new EntryStep(earlier.GetValueOrDefault(w.Entry.Id), w.Entry))], cancel);
        return new([.. entries.Select(e => derived.TryGetValue(e.Id, out var its) ? RegisterRows.WithDerived(register, e, its) : e)], said, problems);
    }

    /// <summary>Asks the rules what follows, and writes what is derived.</summary>
    public async Task<Consequences> FollowAsync(TenantTransaction tx, IReadOnlyList<EntryStep> steps, CancellationToken cancel)
    {
        if (rules is null) return Consequences.None;
        var follows = await rules.FollowAsync(tx, register, steps, cancel);
        if (follows.Problems.Count == 0 && follows.Derived.Count > 0) await RegisterRows.WriteDerivedAsync(tx, register, follows.Derived, cancel);
        return follows;
    }

    /// <summary>Everything that a person may look for: number and texts, choices by their names; people and units are looked for by their present names.</summary>
    private string Search(RegisterEntry entry)
    {
        var lines = new StringBuilder(SearchFold.Of(entry.Number));
        // What is derived may change without the entry being written.
        foreach (var field in register.Fields.Where(f => !f.IsDerived))
        {
            foreach (var text in entry.Fields[field.Key] switch
            {
                FieldValue.Text t => [t.Value.Replace('\n', ' ')],
                FieldValue.Number n => n.Texts,
                FieldValue.Day d => [d.Texts[0], .. EraOf(d.Value)],
                FieldValue.Choice c => Named(field, c.Key),
                FieldValue.Choices several => several.Keys.SelectMany(k => Named(field, k)),
                _ => Enumerable.Empty<string>(),
            }) lines.Append('\n').Append(SearchFold.Of(text));
        }
        return lines.ToString();

        static IEnumerable<string> Named(RegisterField field, string key) => field.Choice(key) is { } choice ? [choice.Name.Ja, choice.Name.En] : [key];
        static string[] EraOf(DateOnly day) => [Wareki.Format(day)];
    }
}
