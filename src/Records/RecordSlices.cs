using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Assets;
using Sekisho.Records.Documents;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.EvidenceKept.Sources;
using Sekisho.Records.Exclusions;
using Sekisho.Records.Incidents;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Obligations;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Agencies;
using Sekisho.Records.Organisation.Transfers;
using Sekisho.Records.Policies;
using Sekisho.Records.Publication;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Risks;
using Sekisho.Records.Rooms;
using Sekisho.Records.Statements;
using Sekisho.Records.Takeouts;
using Sekisho.Records.Terminals;
using Sekisho.Records.ThirdParties;
using Sekisho.Records.Ties;
using Sekisho.Records.Traces;
using Sekisho.Records.Verdicts;
using Sekisho.Records.Waivers;
using Sekisho.Records.Zones;

namespace Sekisho.Records;

/// <summary>The slices of policies, ties, evidence and verdicts, made to work together. One for the whole process; each slice is safe to share.</summary>
public sealed class RecordSlices
{
    /// <summary>With the registers that ship.</summary>
    /// <param name="more">Sources of evidence beside those of these slices: the ledger's verification, the engines.</param>
    public RecordSlices(RecordKeeper keeper, params IReadOnlyList<SourceFor> more)
        : this(keeper, RegisterCatalogue.Load(), more)
    {
    }

    /// <param name="registers">The registers that there are: those that ship, and maybe more.</param>
    public RecordSlices(RecordKeeper keeper, RegisterCatalogue registers, params IReadOnlyList<SourceFor> more)
    {
        ArgumentNullException.ThrowIfNull(keeper);
        var documents = new DocumentCache();
        Municipalities = new MunicipalityRegister(keeper);
        Organisation = new OrganisationRegister(keeper);
        Agencies = new AgencyBook(keeper, documents);
        Transfers = new StaffTransfers(keeper);
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
        Registers = new RegisterBook(keeper, registers,
        [
            new LawRules(),
            new MediaRules(),
            new AccessReviewRules(),
            new RiskRules(),
            new ContractorRules(),
            new ContractRules(),
            new ServiceRules(),
            new AccountRules(),
            new AssetRules(),
        ]);
        Imports = new RegisterImport(Registers);
        ImportDesk = new ImportDesk(Registers, Imports);
        Exports = new RegisterExport(Registers);
        RegisterChoices = new RegisterChoices(keeper, registers);
        RegisterConfirmations = new RegisterConfirmations(keeper, registers);
        Terminals = new TerminalDesk(keeper);
        Incidents = new IncidentDesk(keeper);
        Takeouts = new TakeoutDesk(keeper, Incidents);
        Rooms = new RoomDesk(keeper);
        Zones = new ZoneDesk(keeper);
        Documents = new DocumentRegister(keeper);
        Approvals = new ApprovalDesk(keeper);
        Reading = new ReadingRoom(keeper, Documents, Policies);
        AccountPeople = new AccountPeople(keeper);
        Deputies = new DeputyBook(keeper);
        Traces = new TraceBook(keeper, Obligations, documents);
        Acknowledgements = new AcknowledgementDesk(keeper);
        Contracts = new ContractBook(keeper, Incidents);
        Confirmations = new ConfirmationDesk(keeper);
        ConfirmationDoor = new ConfirmationDoor(keeper);
        Services = new ServiceDesk(keeper);
        Posts = new PostDesk(keeper);
        Assets = new AssetOffice(keeper, Registers);
        AssetLabels = new AssetLabels(keeper);
        Handling = new HandlingBook(keeper);
        Disposals = new DisposalDesk(keeper, Registers);
        Verdicts = new VerdictBoard(keeper, Obligations, documents);
        Risks = new RiskDesk(keeper, documents, Verdicts);
        RiskStart = new RiskStart(keeper, documents, Registers, Verdicts);
        RiskOwners = new RiskOwners(keeper, Registers);
        Collector = new EvidenceCollector(keeper, Evidence,
        [
            town => new PublicationSource(town, Policies, Publications),
            town => new LintSource(town, Policies, Findings),
            town => new TieSource(town, Policies, Ties),
            town => new DisclosureSource(town, keeper),
            town => new OrganisationSource(town, keeper),
            town => new AgencySource(town, keeper, Agencies),
            town => new LawSource(town, keeper),
            town => new TerminalSource(town, keeper),
            town => new AccessReviewSource(town, keeper),
            town => new RoomSource(town, keeper),
            town => new ZoneSource(town, keeper),
            town => new HierarchySource(town, keeper, documents),
            town => new DelegationSource(town, keeper),
            town => new AcknowledgementSource(town, keeper),
            town => new RiskSource(town, keeper, documents),
            town => new ContractorSource(town, keeper),
            town => new ServiceSource(town, keeper),
            town => new AccountSource(town, keeper),
            town => new AssetSource(town, keeper),
            town => new IncidentSource(town, keeper),
            .. more,
        ]);
        keeper.Watcher = (town, kinds, cancel) => Collector.RunAsync(town, kinds, cancel);
    }

    public MunicipalityRegister Municipalities { get; }

    public OrganisationRegister Organisation { get; }

    public AgencyBook Agencies { get; }

    public StaffTransfers Transfers { get; }

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

    public RegisterBook Registers { get; }

    public TerminalDesk Terminals { get; }

    public TakeoutDesk Takeouts { get; }

    public IncidentDesk Incidents { get; }

    public RoomDesk Rooms { get; }

    public ZoneDesk Zones { get; }

    public DocumentRegister Documents { get; }

    public ApprovalDesk Approvals { get; }

    public ReadingRoom Reading { get; }

    public AccountPeople AccountPeople { get; }

    public DeputyBook Deputies { get; }

    public TraceBook Traces { get; }

    public AcknowledgementDesk Acknowledgements { get; }

    public RiskDesk Risks { get; }

    public RiskStart RiskStart { get; }

    public RiskOwners RiskOwners { get; }

    public AssetOffice Assets { get; }

    public AssetLabels AssetLabels { get; }

    public HandlingBook Handling { get; }

    public DisposalDesk Disposals { get; }

    public ContractBook Contracts { get; }

    public ConfirmationDesk Confirmations { get; }

    public ConfirmationDoor ConfirmationDoor { get; }

    public ServiceDesk Services { get; }

    public PostDesk Posts { get; }

    public RegisterImport Imports { get; }

    public ImportDesk ImportDesk { get; }

    public RegisterExport Exports { get; }

    public RegisterChoices RegisterChoices { get; }

    public RegisterConfirmations RegisterConfirmations { get; }

    public VerdictBoard Verdicts { get; }

    public EvidenceCollector Collector { get; }
}
