using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.ThirdParties;

/// <summary>A list of things to see to, with its source (点検表).</summary>
/// <param name="Date">As of when.</param>
public sealed record CheckSheet(string Key, Bilingual Name, string Source, DateOnly Date, IReadOnlyList<CheckItem> Items);

/// <summary>One line of a check sheet.</summary>
/// <param name="Name">Short, for lists of what is missing: 守秘義務.</param>
/// <param name="When">What has to be entrusted for it to be asked for; any one of them is enough; <c>always</c>.</param>
/// <param name="From">Asked for from that day on; null: already.</param>
/// <param name="Waits">Contracts under the transitional provision need it only when they are made anew.</param>
/// <param name="Source">Where it differs from the sheet's.</param>
public sealed record CheckItem(string Key, Bilingual Name, Bilingual Asks, IReadOnlyList<string> When, DateOnly? From, bool Waits, string? Source)
{
    public ItemNeed NeedOf(ContractShape shape, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!When.Any(shape.Entrusts.Contains)) return ItemNeed.NotAsked;
        if (From > day) return ItemNeed.Coming;
        return Waits && shape.IsTransitional ? ItemNeed.Waits : ItemNeed.Required;
    }
}

/// <summary>Whether a line of a sheet is asked of a contract (要否).</summary>
public enum ItemNeed
{
    /// <summary>What is entrusted doesn't call for it.</summary>
    NotAsked,

    /// <summary>From a later day on.</summary>
    Coming,

    /// <summary>The contract is under the transitional provision.</summary>
    Waits,

    Required,
}

/// <summary>What of a contract decides which lines are asked for.</summary>
/// <param name="Entrusts">Keys as in <see cref="CheckItem.When"/>.</param>
public sealed record ContractShape(IReadOnlySet<string> Entrusts, bool IsTransitional)
{
    public const string Always = "always", Specific = "specific", Personal = "personal", Class2 = "class2", System = "system", Public = "public", Subcontracting = "subcontracting";

    public static ContractShape Of(RegisterEntry contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var entrusts = new HashSet<string>(contract.Choices("entrusted"), StringComparer.Ordinal) { Always };
        if (contract.Text("subcontracting") == "approved") entrusts.Add(Subcontracting);
        return new(entrusts, contract.YesNo("transitional") == true);
    }

    /// <summary>Information that has to come back, or be deleted, at the end.</summary>
    public bool HoldsInformation => Entrusts.Contains(Specific) || Entrusts.Contains(Personal) || Entrusts.Contains(Class2);
}

/// <summary>Which of a contract's two sheets.</summary>
public enum SheetKind
{
    /// <summary>選定基準.</summary>
    Selection,

    /// <summary>契約条項.</summary>
    Clauses,
}

/// <summary>What was found of a line.</summary>
public enum SheetMark
{
    /// <summary>Met; in the contract.</summary>
    Yes,

    No,

    /// <summary>Of selection criteria only, with the reason.</summary>
    NotApplicable,
}

/// <summary>One answered line.</summary>
/// <param name="Place">Which article of the contract has the clause.</param>
/// <param name="Reason">Why not, or why not applicable.</param>
public sealed record SheetAnswer(string Item, SheetMark Mark, string Place, string Reason);

/// <summary>A sheet as somebody filled it in.</summary>
public sealed record FilledSheet(Guid Id, SheetKind Kind, IReadOnlyList<SheetAnswer> Answers, DateTimeOffset SavedAt, Actor By)
{
    public SheetAnswer? Of(string item) => Answers.FirstOrDefault(a => a.Item == item);
}

/// <summary>How a sheet stands against what is asked for today.</summary>
/// <param name="Required">Lines asked for.</param>
/// <param name="Fulfilled">Of these: met, in the contract, or not applicable with the reason.</param>
/// <param name="Missing">Of these: of clauses what isn't in the contract or hasn't been looked at; of criteria what hasn't been answered.</param>
/// <param name="Failed">Criteria that were not met, and for which the reason says why it was chosen all the same.</param>
/// <param name="Later">Asked for from a later day on, or when the contract is made anew, and not fulfilled yet.</param>
public sealed record SheetStanding(int Required, int Fulfilled, IReadOnlyList<CheckItem> Missing, IReadOnlyList<CheckItem> Failed, IReadOnlyList<CheckItem> Later)
{
    public bool IsComplete => Missing.Count == 0;

    public static SheetStanding Of(SheetKind kind, FilledSheet? filled, ContractShape shape, DateOnly day)
    {
        var (missing, failed, later) = (new List<CheckItem>(), new List<CheckItem>(), new List<CheckItem>());
        var (required, fulfilled) = (0, 0);
        foreach (var item in ThirdPartyData.Load().SheetsOf(kind).SelectMany(s => s.Items))
        {
            var mark = filled?.Of(item.Key)?.Mark;
            var isFulfilled = mark == SheetMark.Yes || kind == SheetKind.Selection && mark == SheetMark.NotApplicable;
            switch (item.NeedOf(shape, day))
            {
                case ItemNeed.Required:
                    required++;
                    if (isFulfilled) fulfilled++;
                    else if (kind == SheetKind.Selection && mark == SheetMark.No) failed.Add(item);
                    else missing.Add(item);
                    break;
                case ItemNeed.Coming or ItemNeed.Waits when !isFulfilled:
                    later.Add(item);
                    break;
            }
        }
        return new(required, fulfilled, missing, failed, later);
    }
}
