using System.Net.Http.Headers;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Agent;
using Sekisho.Assurance;
using Sekisho.Crossing;
using Sekisho.Crossing.Requests;
using Sekisho.Policy.Obligations;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Assets;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Organisation;
using Sekisho.Records.Incidents;
using Sekisho.Records.ThirdParties;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;
using Sekisho.Records.Rooms;
using Sekisho.Records.Statements;
using Sekisho.Records.Takeouts;
using Sekisho.TestSupport;
using Sekisho.Web.Tests.Pages;

namespace Sekisho.Web.Tests.Authorisation;

/// <summary>A town that has one of everything that an address can name, a person in each role, people of another section, and an officer of another municipality.</summary>
public sealed class AuthorisationTown : IAsyncLifetime
{
    /// <summary>An endpoint that no row speaks of, and that asks for nothing but a sign-in.</summary>
    public const string Planted = "/planted";

    private readonly FullTown town = new() { Endpoints = static app => app.MapGet(Planted, static () => "浜町") };
    private readonly Dictionary<string, string> values = [];
    private readonly Dictionary<string, (HttpClient Pages, HttpClient Programs)> signedIn = [];
    private readonly Dictionary<Role, Person> spares = [];
    private readonly Dictionary<string, Person> people = [];

    /// <summary>Nothing is called so, anywhere.</summary>
    public const string NoId = "0198a000-0000-7000-8000-000000000000";

    public ConsoleServer Server => town.Server;

    public MunicipalityId Municipality => town.Municipality;

    public RecordSlices Records => town.Records;

    /// <summary>The section that the manager and the staff belong to.</summary>
    public UnitId Section { get; private set; }

    public Person Stranger { get; private set; } = null!;

    /// <summary>Of a system that may use the route in from the Internet.</summary>
    public string SystemKey { get; private set; } = "";

    private static readonly Actor By = new("1", "担当 花子");

    public async ValueTask InitializeAsync()
    {
        await town.InitializeAsync();
        var today = JapaneseTime.Day(Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var agency = (await Records.Organisation.AddUnitAsync(Municipality, null, UnitKind.Agency, "町長部局", today, By, default)).OrThrow();
        Section = (await Records.Organisation.AddUnitAsync(Municipality, agency.Id, UnitKind.Section, "税務課", today, By, default)).OrThrow().Id;
        var other = (await Records.Organisation.AddUnitAsync(Municipality, agency.Id, UnitKind.Section, "福祉課", today, By, default)).OrThrow().Id;
        var person = (await Records.Organisation.AddPersonAsync(Municipality, Section, "浜田 一郎", "1001", StaffKind.Staff, today, By, default)).OrThrow();
        var appointment = (await Records.Organisation.AppointAsync(Municipality, Post.SecurityManager, Section, person.Id, today, By, default)).OrThrow();

        var campaign = (await Records.Acknowledgements.OpenAsync(Municipality, new CampaignDraft(town.InForce.Id, CampaignDraft.Usual, null, today.AddDays(14)), By, default)).OrThrow();
        foreach (var role in Roles.All)
        {
            Guid? unit = role is Role.Manager or Role.Staff ? Section.Value : null;
            var account = people[role.Key()] = await Person.AddAsync(Server, Municipality, role.Key() + "@table", role, unit);
            await SignInAsync(role.Key(), account);
            var behind = (await Records.Organisation.AddPersonAsync(Municipality, Section, role.Key(), null, StaffKind.Staff, today, By, default)).OrThrow();
            (await Records.AccountPeople.LinkAsync(Municipality, account.Id.ToString(), behind.Id, By, default)).OrThrow();
            spares[role] = await Person.AddAsync(Server, Municipality, role.Key() + "@spare", role, unit);
            if (unit is not null) await SignInAsync("other " + role.Key(), await Person.AddAsync(Server, Municipality, role.Key() + "@other", role, other.Value));
        }
        var town2 = await Server.TestDatabase.AddMunicipalityAsync("oki", "沖町");
        Stranger = await Person.AddAsync(Server, town2, "officer@oki", Role.Officer);
        await SignInAsync("stranger", Stranger);
        signedIn["nobody"] = (Server.Client(followRedirects: false), Server.Client(followRedirects: false));

        (await Records.Organisation.RecordMeetingAsync(Municipality, new(today, "議題", "", [person.Id], new("議事録.txt", "議事録"u8.ToArray())), By, default)).OrThrow();
        var meeting = (await Records.Organisation.MeetingsAsync(Municipality, default))[0];
        var import = (await Records.Transfers.UploadAsync(Municipality, new(Sekisho.Records.Organisation.Transfers.StaffImportKind.Transfers, "職員番号,氏名,新所属\n1001,浜田 一郎,福祉課\n"u8.ToArray(), "異動.csv", today), By, default)).OrThrow();
        var statement = await SignStatementAsync();
        var exclusion = (await Records.Exclusions.RecordAsync(Municipality, new("sns-control"), "町はソーシャルメディアを使っていません。", By, default)).OrThrow();
        var version = town.InForce.Id.ToString();
        var findings = await Records.Findings.FindingsAsync(Municipality, town.InForce.Id, null, default);
        var ties = await Records.Ties.OfVersionAsync(Municipality, town.InForce.Id, null, default);
        var document = (await Records.Policies.VersionAsync(Municipality, town.InForce.Id, default))!.Document;
        var publication = (await Records.Publications.ListAsync(Municipality, null, null, default))[0];
        var entry = (await Records.Registers.AddAsync(Municipality, TestRegisters.Equipment, EntryDraft.Of(("name", "税務課の窓口パソコン"), ("kind", "pc"), ("unit", Section.ToString())), null, By, default)).OrThrow();
        var risk = await RiskAsync();
        var (asset, disposal) = await DisposalAsync();
        var analysis = (await Records.Risks.CloseAsync(Municipality, "令和8年度", By, default)).OrThrow();
        foreach (var writer in new[] { "officer", "manager" })
        {
            using var sheet = new MemoryStream("品名,種別\nプリンター,プリンター・複合機\n"u8.ToArray());
            values[$"upload of {writer}"] = (await Records.Imports.UploadAsync(Municipality, TestRegisters.Equipment, sheet, "備品.csv", new Actor(people[writer].Id.ToString(), writer), default)).OrThrow().Upload.ToString();
        }
        values["upload"] = values["upload of officer"];
        var outside = await ThirdParties.OutsideTown.AddAsync(Server, Municipality, Section);
        var inside = (await Records.ConfirmationDoor.OpenAsync(outside.Asked.Link, outside.Asked.Code, default)).OrThrow();
        (await Records.ConfirmationDoor.SaveAsync(inside, [], [("certificate", new("登録証.pdf", "%PDF"u8.ToArray()))], default)).OrThrow();
        var (takeout, room, inRoom, report, enrolment) = await CarryAsync(today);
        var broken = (await Records.Contracts.RecordAsync(Municipality, outside.Contract.Id, new(EventKind.Incident, today, "浜町の帳票の取違え", "二通を取り違えた。"), null, By, default)).OrThrow();
        var incident = (await Records.Incidents.OfAsync(Municipality, IncidentOrigin.Contract, broken.Id, null, default))!.Id.ToString();
        await CrossAsync();
        await SeparateAsync();
        foreach (var (at, value) in new[]
        {
            ("/incidents id", incident), ("/takeouts id", takeout), ("/rooms id", room), ("/rooms/entries id", inRoom), ("/agents/reports id", report), ("/agents/tokens id", enrolment), ("zone", "mynumber"), ("target", "udev"),
            ("/registers key", TestRegisters.Equipment), ("/registers/{key} id", entry.Id.ToString()), ("field", "keeper"),
            ("/assets id", asset.ToString()), ("/assets/disposals id", disposal.ToString()), ("/information-assets/disposals id", disposal.ToString()),
            ("/risks id", risk.ToString()), ("/risks/analyses id", analysis.Id.ToString()),
            ("/accounts id", Server.Officer.Id.ToString()), ("/evidence id", statement.Evidence.Id.ToString()), ("ordinal", "0"), ("index", "0"), ("level", "0"), ("path", "000.p/1"),
            ("/obligations id", "human"), ("waiverid", town.Waiver.Id.ToString()), ("/waivers id", town.Waiver.Id.ToString()), ("/exclusions id", exclusion.Id.ToString()),
            ("/policy/versions id", version), ("version", version), ("other", town.Draft.Id.ToString()), ("/policy/findings id", findings[0].Id.ToString()),
            ("finding", findings[0].Id.ToString()), ("/policy/ties id", ties[0].Id.ToString()), ("tie", ties[0].Id.ToString()),
            ("/provisions key", document.Provisions[0].Id), ("/units id", Section.ToString()), ("/people id", person.Id.ToString()), ("/appointments id", appointment.Id.ToString()),
            ("/meetings id", meeting.Id.ToString()), ("/imports id", import.Id.ToString()), ("/agencies key", "mayor"),
            ("/publications id", publication.Id.ToString()), ("slug", "hama"), ("number", "1"), ("policy", "basic-policy"), ("/problems code", "API-404"), ("documentname", "v1"), ("language", "en"),
            ("/documents key", "basic-policy"), ("/campaigns id", campaign.Id.ToString()), ("campaign", campaign.Id.ToString()), ("/acknowledgements id", campaign.Id.ToString()), ("person", person.Id.ToString()),
            ("/error code", "404"), ("secret", "nothing"),
            ("/contractors id", outside.Contractor.Id.ToString()), ("/contracts id", outside.Contract.Id.ToString()), ("/confirmations id", outside.Asked.Summary.Id.ToString()), ("/cloud-services id", outside.Service.Id.ToString()),
            ("/social-media id", outside.Account.Id.ToString()), ("post", outside.Draft.Id.ToString()), ("link", "nothing"), ("sheet", "clauses"),
            ("/confirmations/{id:guid}/files file", (await Records.ConfirmationDoor.ReadAsync(inside, default))!.Files[0].Id.ToString()),
            ("/contracts/{id:guid}/files file", (await Records.Contracts.ContractAsync(Municipality, outside.Contract.Id, null, default))!.Events.First(e => e.Files.Count > 0).Files[0].Id.ToString()),
        }) values[at] = value;
    }

    /// <summary>A file of each person who may fetch one, and an original that may be looked at.</summary>
    private async Task CrossAsync()
    {
        var crossing = Server.Services.GetRequiredService<CrossingSlices>();
        foreach (var who in new[] { "officer", "manager", "staff" })
        {
            var actor = new Actor(people[who].Id.ToString(), who);
            var request = (await crossing.Requests.OpenAsync(Municipality, new("internet-to-lgwan", Section), null, actor, default)).OrThrow();
            var item = (await crossing.Requests.AddFileAsync(Municipality, request.Id, "浜町への回答.txt", 6, actor, default)).OrThrow();
            (await crossing.Requests.AppendAsync(Municipality, item.Id, 0, new MemoryStream("回答"u8.ToArray()), actor, default)).OrThrow();
            (await crossing.Requests.SubmitAsync(Municipality, request.Id, [], actor, default)).OrThrow();
            for (var i = 0; (await crossing.Requests.ReadAsync(Municipality, request.Id, null, actor, default))!.Request.State != RequestState.Delivered; i++)
            {
                if (i > 600) throw new TimeoutException("the sanitiser did not get through");
                await Task.Delay(100);
            }
            values[$"result of {who}"] = values["result"] = item.Id.ToString();
            // As if the file had come by a message that left it behind.
            await using (var tx = await Server.TestDatabase.Database.EnterAsync(Municipality, default))
            {
                await using var part = tx.Connection.CreateCommand();
                (part.Transaction, part.CommandText) = (tx.Transaction, $"INSERT INTO crossing.part (municipality_id, item_id, number, path, kind, blob_id) SELECT municipality_id, id, 1, output_path, 'text', result_id FROM crossing.item WHERE id = '{item.Id}'");
                await part.ExecuteNonQueryAsync();
                await tx.CommitAsync(default);
            }
            values[$"whole of {who}"] = values["whole"] = request.Id.ToString();
            (values["/crossings id"], values["/crossings/files id"]) = (request.Id.ToString(), item.Id.ToString());
            var link = (await crossing.Links.MakeAsync(Municipality, new(request.Id, null, TimeSpan.FromDays(1), null), actor, default)).OrThrow();
            (values["/crossings/links secret"], values["/crossings/links/{secret}/files file"], values["/links link"]) = (link.Secret, item.Id.ToString(), link.Link.Id.ToString());
            if (who != "officer") continue;
            var inspection = (await crossing.Inspections.AskAsync(Municipality, item.Id, "調査", actor, default)).OrThrow();
            (await crossing.Inspections.AllowAsync(Municipality, inspection.Id, new Actor(people["manager"].Id.ToString(), "課長 太郎"), default)).OrThrow();
            values["inspection"] = values["/crossings/inspections id"] = inspection.Id.ToString();
        }
        values["/crossings/routes key"] = "internet-to-lgwan";
        var made = (await crossing.Systems.RegisterAsync(Municipality, new("浜町の複合機", ["internet-to-lgwan"], Section, ["127.0.0.1"], TimeSpan.FromDays(30)), By, default)).OrThrow();
        values["/crossings/folders id"] = (await crossing.Folders.WatchAsync(Municipality, new("浜町の複合機", "internet-to-lgwan", Section, "in", "out", "refused"), By, default)).OrThrow().Id.ToString();
        (values["/crossings/systems id"], SystemKey) = (made.System.Id.ToString(), made.Secret);
    }

    /// <summary>The zones, a firewall between them, and what was proved of both.</summary>
    private async Task SeparateAsync()
    {
        const string zones = """
            format: 1
            model: α
            zones:
              - {id: mynumber, kind: mynumber, name: 浜町の基幹, prefixes: [10.1.0.0/16]}
              - {id: lgwan, kind: lgwan, name: 浜町の業務, prefixes: [10.2.0.0/16]}
            flows:
              - {id: print, from: lgwan, to: mynumber, source: [10.2.0.10/32], destination: [10.1.0.20/32], service: tcp/9100, purpose: 印刷, approver: 課長, until: 2030-03-31}
            """;
        (await Records.Zones.WriteAsync(Municipality, zones, "", 0, By, default)).OrThrow();
        var set = (await Records.Zones.TakeAsync(Municipality, [new("hama.rules", "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -s 10.2.0.0/16 -d 10.1.0.0/16 -j ACCEPT\nCOMMIT\n"u8.ToArray())], whole: false, By, default)).OrThrow();
        (values["/zones/configs id"], values["/zones/proofs id"], values["flow"]) = (set.Id.ToString(), (await Records.Zones.NewestAsync(Municipality, default))!.Id.ToString(), "print");
    }

    /// <summary>A take-out, a room with somebody in it, and a machine that reports: all of the section.</summary>
    private async Task<(string Takeout, string Room, string Entry, string Report, string Enrolment)> CarryAsync(DateOnly today)
    {
        var takeout = (await Records.Takeouts.AskAsync(Municipality, new(Section, "浜町の課税台帳", [], "2", "打合せ", "税務署", false, false, Carrier.Paper, null, ["direct"], today, today), null, By, default)).OrThrow();
        var room = (await Records.Registers.AddAsync(Municipality, RoomDesk.Rooms, EntryDraft.Of(("name", "浜町電算室"), ("kind", "server"), ("control", "card"), ("unit", Section.ToString())), null, By, default)).OrThrow();
        var entry = (await Records.Rooms.EnterAsync(Municipality, room.Id, new(Server.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddHours(-1), null, "浜田 一郎", "", "", ""), null, By, default)).OrThrow();
        var made = (await Records.Terminals.EnrolAsync(Municipality, "浜町の端末", TimeSpan.FromDays(30), By, default)).OrThrow();
        var report = new PostureReport(PostureReport.PresentFormat, Server.Services.GetRequiredService<TimeProvider>().GetUtcNow(), "pc-hama", null, "linux", "Debian", []);
        (await Records.Terminals.TakeAsync(Municipality, made.Enrolment.Id, System.Text.Encoding.UTF8.GetBytes(report.ToJson()), default)).OrThrow();
        var kept = (await Records.Terminals.ReadAsync(Municipality, null, default)).Unmatched[0];
        return (takeout.Id.ToString(), room.Id.ToString(), entry.ToString(), kept.Id.ToString(), made.Enrolment.Id.ToString());
    }

    /// <summary>A value for a parameter of a route: of something that is really there.</summary>
    public string Real(string route, string name)
    {
        var before = route[..route.LastIndexOf('/', Math.Max(route.IndexOf("{" + name, StringComparison.Ordinal), route.IndexOf("*" + name, StringComparison.Ordinal)))];
        return values.OrderByDescending(v => v.Key.Length).FirstOrDefault(v => v.Key.Split(' ') is [var under, var field] && before.EndsWith(under, StringComparison.OrdinalIgnoreCase) && field.Equals(name, StringComparison.OrdinalIgnoreCase)).Value
            ?? values.GetValueOrDefault(name.ToLowerInvariant()) ?? NoId;
    }

    /// <summary>The same, where the thing is this person's alone: a file on its way in.</summary>
    public string RealOf(string who, string route, string name) =>
        values.GetValueOrDefault($"{name.ToLowerInvariant()} of {who}") ?? Real(route, name);

    /// <summary>The same of something that is nowhere.</summary>
    public static string Missing(string route, string name) => name.ToLowerInvariant() switch
    {
        "ordinal" or "number" or "index" => "404",
        "language" => "en",
        // A register is part of the product, not of a municipality.
        "key" when route.Contains("/registers/", StringComparison.Ordinal) => TestRegisters.Equipment,
        _ => NoId,
    };

    /// <summary>A browser and a program in which this person is signed in; made once.</summary>
    public HttpClient Client(string who, bool program) => program ? signedIn[who].Programs : signedIn[who].Pages;

    /// <summary>A browser of its own, with the token that its forms carry: for what ends the person's own session.</summary>
    public async Task<HttpClient> SpareAsync(Role role)
    {
        var client = await Server.ClientAsync(spares[role], followRedirects: false);
        var page = new HtmlParser().ParseDocument(await client.GetStringAsync("/account"));
        client.DefaultRequestHeaders.Add("RequestVerificationToken", page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value"));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (pages, programs) in signedIn.Values)
        {
            pages.Dispose();
            programs.Dispose();
        }
        await town.DisposeAsync();
    }

    private async Task SignInAsync(string who, Person person)
    {
        var programs = Server.Client(followRedirects: false);
        programs.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await person.TokenAsync(Server, TokenScope.Write));
        signedIn[who] = (await Server.ClientAsync(person, followRedirects: false), programs);
    }

    /// <summary>An asset of the section, and the disposal of another one with its certificate.</summary>
    private async Task<(EntryId Asset, DisposalId Disposal)> DisposalAsync()
    {
        (await Records.Handling.AdoptAsync(Municipality, By, default)).OrThrow();
        var asset = await AddAsync("申請書つづり");
        var disposal = (await Records.Disposals.ApplyAsync(Municipality, new([await AddAsync("古い申請書つづり")], "paper", "dissolve", "保存期間の満了", new(2030, 4, 1)), null, By, default)).OrThrow().Id;
        (await Records.Disposals.ApproveAsync(Municipality, disposal, "", null, new Actor("2", "課長 太郎"), default)).OrThrow();
        var today = JapaneseTime.Day(Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        (await Records.Disposals.DoneAsync(Municipality, disposal, new(today, null, null, "", new("証明書.txt", "溶解済み"u8.ToArray())), null, By, default)).OrThrow();
        return (asset, disposal);

        async Task<EntryId> AddAsync(string name) => (await Records.Registers.AddAsync(Municipality, AssetRules.Key,
            EntryDraft.Of(("unit", Section.ToString()), ("name", name), ("kind", "paper"), ("confidentiality", "2"), ("integrity", "1"), ("availability", "1")), null, By, default)).OrThrow().Id;
    }

    private async Task<EntryId> RiskAsync()
    {
        var group = await AddAsync(RiskRules.Groups, ("name", "住基システム"), ("kind", "system"));
        var threat = await AddAsync(RiskRules.Threats, ("name", "修正の遅れ"), ("category", "program-defect"), ("hits", "confidentiality"));
        return await AddAsync(RiskRules.Key, ("group", group.ToString()), ("threat", threat.ToString()), ("likelihood", "5"), ("loss", "5"));

        async Task<EntryId> AddAsync(string register, params (string, string)[] fields) =>
            (await Records.Registers.AddAsync(Municipality, register, EntryDraft.Of(fields), null, By, default)).OrThrow().Id;
    }

    private async Task<EvidenceRow> SignStatementAsync()
    {
        var criterion = ObligationCatalogue.Load().Find(new("audit"))!.Criteria[0];
        var now = Server.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        return (await Records.Statements.SignAsync(Municipality, new StatementDraft(new("audit"), criterion.Id, true, "内部監査の報告書を読み、計画どおりであることを確かめた。", now.AddDays(90),
            [new Attachment("報告書.txt", "text/plain", "監査済み"u8.ToArray())], now), By, default)).OrThrow();
    }
}
