using System.Globalization;
using Sekisho.Policy.Agencies;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>Workbooks of people and units (名簿・組織の表): written so that offices can work on them, and taken in again as what they were.</summary>
internal static class OrganisationSheets
{
    /// <summary>As the registers' files begin: the first row is hidden and names the columns.</summary>
    private const string People = Headings.Mark + "people/", Units = Headings.Mark + "units/";

    private static readonly XlsxColumn HiddenId = new(StaffSheet.Id, "ID", 38, XlsxLook.Text, [], IsHidden: true);

    /// <summary>Column to meaning where a row is the hidden one of a workbook of ours; null where it isn't.</summary>
    public static Dictionary<int, string>? Columns(SheetRow row)
    {
        if (row.At(0)?.Text is not { } first || !first.StartsWith(People, StringComparison.Ordinal) && !first.StartsWith(Units, StringComparison.Ordinal)) return null;
        return row.Cells.ToDictionary(c => c.Column, c => c.Column == 0 ? first[(first.LastIndexOf('/') + 1)..] : c.Text);
    }

    /// <summary>Everybody of a day, and a row more for each second unit.</summary>
    public static byte[] WritePeople(OrganisationChart chart, DateTimeOffset at)
    {
        var units = new UnitFinder(chart.Units, new Dictionary<string, UnitId>());
        using var file = new MemoryStream();
        using (var writer = new XlsxWriter(file, "名簿", People,
        [
            new("number", "職員番号", 12, XlsxLook.Text, [], Prompt: "書き換えると、その人の番号が変わります。番号のない人（委託先の従事者など）は空のままにします。"),
            new("name", "氏名", 18, XlsxLook.Text, []),
            new("to", "所属", 36, XlsxLook.Text, [.. chart.Units.Select(u => units.PathOf(u.Id))], IsStrict: false, Prompt: "一覧から選ぶか、組織の名前を入力します。変えると異動になります。"),
            new("title", "職", 16, XlsxLook.Text, []),
            new("kind", "職員区分", 18, XlsxLook.Text, [.. Enum.GetValues<StaffKind>().Select(k => k.Name().Ja)]),
            new("action", "区分", 10, XlsxLook.Text, ["採用", "異動", "退職", "兼務", "兼務解除"], IsStrict: false, Prompt: "空のままなら、いまの名簿との違いから判断します。兼務の行は「兼務」とします。"),
            new("begins", "着任日", 13, XlsxLook.Day, [], Prompt: "新しく入る人の行で使います。"),
            new("ends", "離任予定日", 13, XlsxLook.Day, [], Prompt: "この日から所属しなくなります。空にすると、離任の予定を取り消します。"),
            HiddenId,
        ], at))
        {
            foreach (var p in chart.People) Write(p, p.Unit, p.Title, "", p.BeginsOn, p.EndsOn);
            var people = chart.People.ToDictionary(p => p.Id);
            foreach (var s in chart.SecondPosts)
                if (people.TryGetValue(s.Person, out var p)) Write(p, s.Unit, s.Title, "兼務", s.BeginsOn, null);
            writer.Finish();

            void Write(Person p, UnitId unit, string title, string action, DateOnly begins, DateOnly? ends) => writer.Write(
            [
                (XlsxLook.Text, p.Number ?? ""), (XlsxLook.Text, p.Name), (XlsxLook.Text, units.PathOf(unit)), (XlsxLook.Text, title), (XlsxLook.Text, p.Kind.Name().Ja),
                (XlsxLook.Text, action), (XlsxLook.Day, Day(begins)), (XlsxLook.Day, ends is { } day ? Day(day) : ""), (XlsxLook.Text, p.Id.ToString()),
            ]);
        }
        return file.ToArray();
    }

    /// <summary>All units of a day, those above first.</summary>
    public static byte[] WriteUnits(OrganisationChart chart, DateTimeOffset at)
    {
        var units = new UnitFinder(chart.Units, new Dictionary<string, UnitId>());
        using var file = new MemoryStream();
        using (var writer = new XlsxWriter(file, "組織", Units,
        [
            new("unit", "組織", 28, XlsxLook.Text, [], Prompt: "書き換えると改称になります。"),
            new("unit-kind", "種別", 12, XlsxLook.Text, [.. Enum.GetValues<UnitKind>().Select(k => k.Name().Ja)]),
            new("parent", "上位組織", 36, XlsxLook.Text, [.. chart.Units.Where(u => u.Kind != UnitKind.Section).Select(u => units.PathOf(u.Id))], IsStrict: false, Prompt: "実施機関の行では空のままにします。この表で足す組織の名前も書けます。"),
            new("agency", "実施機関の種類", 22, XlsxLook.Text, [.. AgencyVocabulary.Load().Agencies.Select(a => a.Name.Ja)], Prompt: "組織の名前からは分からないときだけ選びます。"),
            new("begins", "設置日", 13, XlsxLook.Day, [], Prompt: "新しく足す組織の行で使います。"),
            HiddenId,
        ], at))
        {
            foreach (var u in chart.Units)
                writer.Write([(XlsxLook.Text, u.Name), (XlsxLook.Text, u.Kind.Name().Ja), (XlsxLook.Text, u.Parent is { } above ? units.PathOf(above) : ""),
                    (XlsxLook.Text, u.Agency is { } agency ? AgencyVocabulary.Load().Find(agency)?.Name.Ja ?? agency : ""), (XlsxLook.Day, Day(u.BeginsOn)), (XlsxLook.Text, u.Id.ToString())]);
            writer.Finish();
        }
        return file.ToArray();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
