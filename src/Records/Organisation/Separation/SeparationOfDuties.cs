using System.Diagnostics.CodeAnalysis;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Records.Organisation.Separation;

/// <summary>What a person did, or wants to do, on one matter (役割).</summary>
public enum Duty
{
    /// <summary>申請する.</summary>
    Apply,

    /// <summary>起案する.</summary>
    Draft,

    /// <summary>承認・許可する.</summary>
    Approve,

    /// <summary>所管する: answers for the work that an audit looks at.</summary>
    AnswerFor,

    /// <summary>監査する.</summary>
    Audit,
}

/// <summary>Who did what on a matter before.</summary>
/// <param name="Account">As in <see cref="Actor.Account"/>.</param>
public readonly record struct DutyDone(Duty Duty, string Account);

/// <summary>Two posts that one person must not hold together.</summary>
/// <param name="SameUnit">Only where both are of one unit.</param>
/// <param name="Except">Posts whose holder may approve an exception; empty: there is none.</param>
public sealed record PostRule(string Id, IReadOnlyList<Post> One, IReadOnlyList<Post> Other, bool SameUnit, Bilingual Says, IReadOnlyList<Post> Except)
{
    internal bool Forbids(Post a, UnitId? unitA, Post b, UnitId? unitB) =>
        (One.Contains(a) && Other.Contains(b) || One.Contains(b) && Other.Contains(a)) && (!SameUnit || unitA == unitB);
}

/// <summary>Two acts on one matter that one person must not do both of.</summary>
public sealed record ActRule(string Id, Duty One, Duty Other, Bilingual Says);

/// <summary>One person in two posts that exclude each other.</summary>
public sealed record DutyConflict(PostRule Rule, Person Person, Appointment One, Appointment Other);

/// <summary>The rules that keep duties apart (兼務の禁止), as data: data/separation.yaml.</summary>
public sealed class SeparationOfDuties
{
    private static readonly Lazy<SeparationOfDuties> Shipped = new(static () =>
    {
        using var stream = typeof(SeparationOfDuties).Assembly.GetManifestResourceStream("data/separation.yaml") ?? throw new InvalidOperationException("data/separation.yaml is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd(), out var problems) ?? throw new InvalidOperationException("data/separation.yaml is broken: " + string.Join("; ", problems));
    });

    private SeparationOfDuties(IReadOnlyList<PostRule> posts, IReadOnlyList<ActRule> acts) => (Posts, Acts) = (posts, acts);

    public IReadOnlyList<PostRule> Posts { get; }

    public IReadOnlyList<ActRule> Acts { get; }

    /// <summary>The rules that ship with the product.</summary>
    public static SeparationOfDuties Load() => Shipped.Value;

    /// <summary>Whether this person may do this, given what was done on the same matter before and by whom. Every approval asks here.</summary>
    /// <param name="why">The rule's own sentence, for the person who is refused.</param>
    public bool Allows(Duty duty, Actor who, IEnumerable<DutyDone> done, [NotNullWhen(false)] out Refusal? why)
    {
        var broken = done.Where(d => d.Account == who.Account)
            .Select(d => Acts.FirstOrDefault(r => (r.One == d.Duty && r.Other == duty) || (r.Other == d.Duty && r.One == duty)))
            .FirstOrDefault(r => r is not null);
        why = broken is null ? null : Refusals.SamePerson(broken.Says);
        return broken is null;
    }

    /// <summary>Everybody who holds two posts that exclude each other on the chart's day.</summary>
    public IReadOnlyList<DutyConflict> Conflicts(OrganisationChart chart)
    {
        var people = chart.People.ToDictionary(p => p.Id);
        var found = new List<DutyConflict>();
        foreach (var held in chart.Appointments.Where(a => a.HoldsOn(chart.Day) && people.ContainsKey(a.Person)).GroupBy(a => a.Person))
        {
            var posts = held.ToList();
            foreach (var rule in Posts)
            {
                // One conflict a person and rule: two posts of one kind in two sections are one matter to settle.
                var pair = posts.SelectMany((a, i) => posts.Skip(i + 1).Select(b => (a, b))).FirstOrDefault(p => rule.Forbids(p.a.Post, p.a.Unit, p.b.Post, p.b.Unit));
                if (pair.a is not null) found.Add(new DutyConflict(rule, people[held.Key], pair.a, pair.b));
            }
        }
        return found;
    }

    /// <summary>The rules that a further post would break, among those that the person holds.</summary>
    internal IEnumerable<PostRule> Broken(IEnumerable<Appointment> held, Post post, UnitId? unit) =>
        Posts.Where(rule => held.Any(a => rule.Forbids(a.Post, a.Unit, post, unit)));

    /// <returns>Null with the problems, each with its line.</returns>
    internal static SeparationOfDuties? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var posts = new List<PostRule>();
        var acts = new List<ActRule>();
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors, "format", "posts", "acts") is { } file)
        {
            foreach (var item in file.Items("posts"))
            {
                if (YamlFields.Of(item, errors, "id", "one", "other", "within", "says", "except?") is not { } f) continue;
                var (one, other, except) = (Cases<Post>(f, "one", errors), Cases<Post>(f, "other", errors), f["except"] is null ? [] : Cases<Post>(f, "except", errors));
                if (f.Text("within") is not ("municipality" or "unit")) errors.Undefined(f.PlaceOf("within"), f.Text("within") ?? "within");
                if (f.Text("id") is { } id && f.Both("says") is { } says) posts.Add(new PostRule(id, one, other, f.Text("within") == "unit", says, except));
            }
            foreach (var item in file.Items("acts"))
            {
                if (YamlFields.Of(item, errors, "id", "one", "other", "says") is not { } f) continue;
                if (f.Text("id") is { } id && Case<Duty>(f, "one", errors) is { } one && Case<Duty>(f, "other", errors) is { } other && f.Both("says") is { } says) acts.Add(new ActRule(id, one, other, says));
            }
        }
        problems = errors.InOrder();
        return errors.Any ? null : new SeparationOfDuties(posts, acts);
    }

    private static List<T> Cases<T>(YamlFields fields, string key, DataErrors errors) where T : struct, Enum
    {
        var cases = new List<T>();
        foreach (var word in fields.Words(key))
        {
            if (Enum.TryParse<T>(word, out var value) && Enum.IsDefined(value)) cases.Add(value);
            else errors.Undefined(fields.PlaceOf(key), word);
        }
        return cases;
    }

    private static T? Case<T>(YamlFields fields, string key, DataErrors errors) where T : struct, Enum
    {
        if (fields.Text(key) is not { } word) return null;
        if (Enum.TryParse<T>(word, out var value) && Enum.IsDefined(value)) return value;
        errors.Undefined(fields.PlaceOf(key), word);
        return null;
    }
}
