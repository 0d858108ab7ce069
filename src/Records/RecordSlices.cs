using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Exclusions;
using Sekisho.Records.Obligations;
using Sekisho.Records.Policies;
using Sekisho.Records.Publication;
using Sekisho.Records.Statements;
using Sekisho.Records.Ties;
using Sekisho.Records.Verdicts;
using Sekisho.Records.Waivers;

namespace Sekisho.Records;

/// <summary>The slices of policies, ties, evidence and verdicts, made to work together. One for the whole process; each slice is safe to share.</summary>
public sealed class RecordSlices
{
    public RecordSlices(RecordKeeper keeper)
    {
        ArgumentNullException.ThrowIfNull(keeper);
        var documents = new DocumentCache();
        Obligations = new ObligationBook(keeper);
        Policies = new PolicyShelf(keeper, new PolicyImport(keeper, Obligations, documents), documents);
        Findings = new FindingDesk(keeper, documents);
        Words = new WordBook(keeper, documents);
        Ties = new TieBook(keeper, Obligations);
        Evidence = new EvidenceBook(keeper, Obligations);
        Statements = new StatementDesk(keeper, Obligations);
        Waivers = new WaiverDesk(keeper, Obligations);
        Exclusions = new ExclusionDesk(keeper, Obligations);
        Publications = new PublicationDesk(keeper, documents);
        Verdicts = new VerdictBoard(keeper, Obligations, documents);
    }

    public PolicyShelf Policies { get; }

    public FindingDesk Findings { get; }

    public WordBook Words { get; }

    public TieBook Ties { get; }

    public ObligationBook Obligations { get; }

    public EvidenceBook Evidence { get; }

    public StatementDesk Statements { get; }

    public WaiverDesk Waivers { get; }

    public ExclusionDesk Exclusions { get; }

    public PublicationDesk Publications { get; }

    public VerdictBoard Verdicts { get; }
}
