using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Organisation.Transfers;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Organisation;

public sealed partial class OrganisationRegister
{
    /// <summary>People or units of a day as a sheet (CSV, UTF-8 with its mark): the headings are those that the import knows, so that it comes back unchanged.</summary>
    public async Task<KeptFile> ExportAsync(MunicipalityId municipality, DateOnly day, bool people, CancellationToken cancel)
    {
        var chart = await ReadAsync(municipality, day, null, cancel);
        var units = new UnitFinder(chart.Units, new Dictionary<string, UnitId>());
        var csv = new StringBuilder("\uFEFF");
        if (people)
        {
            Line(csv, "職員番号", "氏名", "所属", "職", "職員区分");
            foreach (var p in chart.People) Line(csv, p.Number ?? "", p.Name, units.PathOf(p.Unit), p.Title, p.Kind.Name().Ja);
        }
        else
        {
            Line(csv, "組織", "種別", "上位組織", "設置日");
            foreach (var u in chart.Units) Line(csv, u.Name, u.Kind.Name().Ja, u.Parent is { } above ? units.PathOf(above) : "", u.BeginsOn.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        }
        var bytes = Encoding.UTF8.GetBytes(csv.ToString());
        return new KeptFile(people ? "名簿.csv" : "組織.csv", "text/csv", bytes, Sha256.Of(bytes));
    }

    /// <summary>The same as a workbook with drop-downs; taken in again as a staff list or a list of units, it changes nothing that wasn't changed in it.</summary>
    public async Task<KeptFile> WorkbookAsync(MunicipalityId municipality, DateOnly day, bool people, CancellationToken cancel)
    {
        var chart = await ReadAsync(municipality, day, null, cancel);
        var at = keeper.Clock.Now();
        var bytes = people ? OrganisationSheets.WritePeople(chart, at) : OrganisationSheets.WriteUnits(chart, at);
        return new KeptFile(people ? "名簿.xlsx" : "組織.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes, Sha256.Of(bytes));
    }

    private static void Line(StringBuilder csv, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) csv.Append(',');
            // What a spreadsheet would calculate is no name of ours: it goes out as text.
            var text = cells[i] is ['=' or '+' or '-' or '@', ..] ? "'" + cells[i] : cells[i];
            if (text.AsSpan().ContainsAny(',', '"', '\n')) csv.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else csv.Append(text);
        }
        csv.Append("\r\n");
    }
}
