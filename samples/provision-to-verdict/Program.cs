// One provision, all the way through: from the text that a town published to a verdict that anyone can compute again.
// Run it with `dotnet run --project samples/provision-to-verdict`; tests/Samples.Tests holds it to output.txt.

using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Policy;
using Sekisho.Policy.Obligations;

Console.OutputEncoding = System.Text.Encoding.UTF8;

// 1. The document as published: hard line breaks, full-width numbers, a heading before its number.
const string Published = """
    みさき町情報セキュリティ基本方針

    （情報セキュリティ対策）
    第１条　町の情報資産を脅威から保護するため、次の情報セキュリ
    ティ対策を講じる。
    （１）　情報システム全体の強靭性の向上　次の対策を講じる。
    ア　LGWAN接続系においては、LGWANと接続する業務用システムと、イ
    ンターネット接続系の情報システムとの通信経路を分割する。

    附　則
    この基本方針は、令和８年４月１日から施行する。
    """;

// 2. Read: bytes → provisions. What can't be read is a value with a code and a next step, never an exception.
var policy = PolicyText.Read(Published).Match(
    read => read.Document,
    refused => throw new InvalidOperationException(refused.Error.ToString()));
foreach (var provision in policy.All())
    Console.WriteLine($"読む   {provision.Path,-6} {provision.Label} {provision.Caption} {provision.Text}".TrimEnd());

// 3. Tie: the provision's own words say which obligations it creates. A person confirms that in the console.
var catalogue = ObligationCatalogue.Load();
var tie = PolicyTies.Propose(policy, catalogue).Single(t => t.Obligation.Value == "lgwan-separation");
Console.WriteLine($"結ぶ   {tie.Path,-6} → {tie.Obligation}（確からしさ {tie.Confidence:0.00}）{tie.Reason.Ja}");

// 4. Evidence: a dated fact about a subject. Here, what a proof of the firewall's configuration found.
var obligation = catalogue.Find(tie.Obligation)!;
var criterion = obligation.Criteria[0];
var morning = new DateTimeOffset(2026, 11, 21, 6, 0, 0, JapaneseTime.Offset);
var proof = new Evidence(
    new EvidenceId(new Guid("01936a2e-0000-7000-8000-000000000001")),
    RecordedAt: morning,
    new Observation(
        criterion.EvidenceKind, Subject: "fw-01", ObservedAt: morning, ExpiresAt: null, EvidenceWeight.System,
        criterion.Condition.Facts.ToDictionary(fact => fact, _ => 0m),
        new("fw-01 の設定を証明しました。許可のない通信は 0 件です。", "fw-01 was proved: 0 flows pass without permission.")));
Console.WriteLine($"証跡   {criterion.EvidenceKind}（{criterion.Condition}、有効 {criterion.Validity.TotalHours:0} 時間）{proof.Observed.Sentence.Ja}");

// 5. Ledger: the evidence becomes an entry of a Merkle log. Whoever holds the signed head can check that it is there.
var entry = LedgerEntry.Of(morning, "evidence.recorded", "zones", proof.Id.ToString(), proof.Observed.Facts).ToBytes();
var log = new Frontier();
log.Append(Rfc6962.Leaf(entry));
var inclusion = new InclusionProof(Index: 0, Size: log.Size, Root: log.Root(), Leaf: Rfc6962.Leaf(entry), Path: []);
Console.WriteLine($"記録簿 {log.Size} 件、包含の証明は{(inclusion.Holds() ? "正しい" : "誤り")}");

// 6. Verdict: follows from evidence alone, at whatever moment one asks about.
var dossier = new Dossier(obligation, [proof], Waivers: [], Exclusions: []);
foreach (var at in (DateTimeOffset[])[morning.AddMinutes(-1), morning.AddHours(3), morning + criterion.Validity])
{
    var verdict = Judge.Decide(dossier, at);
    Console.WriteLine($"判定   {JapaneseTime.Moment(at).Ja}  {verdict.Kind,-10} {verdict.Reason.Ja}");
}
