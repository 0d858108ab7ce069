using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Demo;

/// <summary>How the made-up town's people write their registers: through the doors that everybody uses.</summary>
internal sealed class DemoEntries(RecordSlices slices, MunicipalityId town)
{
    public async Task<RegisterEntry> AddAsync(string register, Actor by, CancellationToken cancel, params (string Key, string Value)[] fields) =>
        (await slices.Registers.AddAsync(town, register, EntryDraft.Of(fields), null, by, cancel)).OrThrow();

    /// <summary>On the newest state of the entry, whatever happened to it since.</summary>
    public async Task ChangeAsync(string register, EntryId id, Actor by, CancellationToken cancel, params (string Key, string Value)[] fields)
    {
        var entry = (await slices.Registers.ReadAsync(town, register, id, null, cancel))!;
        (await slices.Registers.ChangeAsync(town, register, entry.Seen, EntryDraft.Of(fields), null, by, cancel)).OrThrow();
    }

    public async Task<IReadOnlyList<RegisterEntry>> ListAsync(string register, CancellationToken cancel) =>
        (await slices.Registers.ListAsync(town, register, new(PageSize: RegisterQuery.MaxPageSize), null, cancel)).Entries;

    /// <summary>Takes a sheet in as an office does: upload, try, take in.</summary>
    /// <param name="lines">Headings first; the first column is the register's own number, as the person who takes it in says.</param>
    public async Task ImportAsync(string register, string fileName, IEnumerable<string> lines, Actor by, CancellationToken cancel)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Join("\r\n", lines)));
        var plan = (await slices.Imports.UploadAsync(town, register, file, fileName, by, cancel)).OrThrow();
        var mapping = plan.Proposed with { Columns = plan.Columns.ToDictionary(c => c.Index, c => c.Index == plan.Columns[0].Index ? "number" : c.Field) };
        var tried = (await slices.Imports.TryAsync(town, plan.Upload, mapping, null, by, cancel)).OrThrow();
        if (tried.Problems.Count > 0) throw new InvalidOperationException($"{fileName}: {tried.Problems[0].Cell} {tried.Problems[0].What.Ja}");
        (await slices.Imports.CommitAsync(town, plan.Upload, null, by, cancel)).OrThrow();
    }
}
