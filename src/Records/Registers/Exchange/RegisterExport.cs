using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Writes registers out as sheets (台帳の書出し), for Excel and as CSV; what it writes is taken in again without loss.</summary>
public sealed class RegisterExport(RegisterBook book)
{
    private const int Together = 1000;

    /// <summary>A workbook of all entries of a query that the person sees, in its order. Retired entries aren't written.</summary>
    /// <returns>A temporary file, at its beginning, which is gone when closed; null when there is no such register.</returns>
    /// <param name="inLabels">As for <see cref="RegisterBook.DefinitionAsync"/>.</param>
    public Task<Stream?> WorkbookAsync(MunicipalityId municipality, string register, RegisterQuery query, IReadOnlyList<UnitId>? within, CancellationToken cancel, bool inLabels = false) =>
        WriteAsync(municipality, register, query, within, inLabels, (definition, units, file) => new WorkbookRows(definition, units, file, book.Keeper.Clock.Now()), cancel);

    /// <summary>The same as CSV: UTF-8 with its mark, as Excel opens it by itself.</summary>
    /// <inheritdoc cref="WorkbookAsync"/>
    public Task<Stream?> CsvAsync(MunicipalityId municipality, string register, RegisterQuery query, IReadOnlyList<UnitId>? within, CancellationToken cancel, bool inLabels = false) =>
        WriteAsync(municipality, register, query, within, inLabels, static (definition, _, file) => new CsvRows(definition, file), cancel);

    private async Task<Stream?> WriteAsync(
        MunicipalityId municipality, string register, RegisterQuery query, IReadOnlyList<UnitId>? within, bool inLabels, Func<RegisterDefinition, IReadOnlyList<string>, Stream, ISheetWriter> open, CancellationToken cancel)
    {
        if (book.Catalogue.Find(register) is not { } definition) return null;
        var file = Temporary();
        try
        {
            await using var tx = await book.Keeper.EnterAsync(municipality, cancel);
            var spoken = await book.SpokenAsync(tx, definition, cancel);
            var ids = await RegisterListing.IdsAsync(tx, spoken, query with { Standing = Standing.InUse }, within, cancel);
            var day = JapaneseTime.Day(book.Keeper.Clock.Now());
            var units = await OrganisationRows.UnitsAsync(tx, cancel);
            var labels = new UnitNames(units);
            var offered = units.Where(u => u.StandsOn(day) && within?.Contains(u.Id) != false).Select(u => labels.Label(u.Id)!).Order(StringComparer.Ordinal).ToList();
            using (var writer = open(inLabels ? spoken.InLabels() : definition, offered, file))
            {
                foreach (var some in ids.Chunk(Together))
                {
                    var entries = (await RegisterRows.ReadAsync(tx, definition, some, within, lockRows: false, cancel)).ToDictionary(e => e.Id);
                    var names = await RegisterNames.LoadAsync(tx, definition, [.. entries.Values.Select(e => e.Fields)], ofUnits: true, cancel);
                    foreach (var id in some)
                        if (entries.TryGetValue(id, out var entry)) writer.Write(entry, names);
                }
                writer.Finish();
            }
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>For this process's user alone, and unlinked when closed: what is written out may be personal data.</summary>
    private static FileStream Temporary() => new(Path.Combine(Path.GetTempPath(), "sekisho-" + Guid.NewGuid().ToString("N")), new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 81_920,
    });

    private interface ISheetWriter : IDisposable
    {
        void Write(RegisterEntry entry, RegisterNames names);

        void Finish();
    }

    private sealed class WorkbookRows : ISheetWriter
    {
        private readonly RegisterDefinition register;
        private readonly XlsxWriter writer;

        public WorkbookRows(RegisterDefinition register, IReadOnlyList<string> units, Stream file, DateTimeOffset at)
        {
            this.register = register;
            writer = new XlsxWriter(file, register.Name.Ja, $"{Headings.Mark}{register.Key}/",
            [
                new(Headings.NumberKey, RegisterWords.NumberLabel.Ja, 12, XlsxLook.Text, [], Prompt: "登録のときに付く番号です。新しい行では空のままにしてください。"),
                new(RegisterDefinition.UnitKey, RegisterWords.UnitLabel.Ja, 18, XlsxLook.Text, units, IsStrict: false),
                .. register.Fields.Select(f => Column(f, units)),
                new(Headings.VersionKey, "版", 6, XlsxLook.Number, [], IsHidden: true),
            ], at);
        }

        private static XlsxColumn Column(RegisterField field, IReadOnlyList<string> units)
        {
            var heading = field.Label.Ja;
            return field.Kind switch
            {
                FieldKind.Text => new(field.Key, heading, field.IsTitle ? 32 : 22, XlsxLook.Text, [], Prompt: field.Help?.Ja),
                FieldKind.LongText => new(field.Key, heading, 40, XlsxLook.LongText, [], Prompt: field.Help?.Ja),
                FieldKind.Number => new(field.Key, heading, 11, XlsxLook.Number, [], Prompt: field.Help?.Ja),
                FieldKind.Date => new(field.Key, heading, 13, XlsxLook.Day, [], Prompt: field.Help?.Ja),
                FieldKind.YesNo => new(field.Key, heading, 9, XlsxLook.Text, ["はい", "いいえ"], Prompt: field.Help?.Ja),
                FieldKind.Choice => new(field.Key, heading, 18, XlsxLook.Text, [.. field.Choices.Select(c => c.Name.Ja)], Prompt: field.Help?.Ja),
                FieldKind.Choices => new(field.Key, heading, 24, XlsxLook.Text, [], Prompt: "次から選び、「、」で区切って入力します：" + string.Join("、", field.Choices.Select(c => c.Name.Ja))),
                FieldKind.Unit => new(field.Key, heading, 18, XlsxLook.Text, units, IsStrict: false, Prompt: field.Help?.Ja),
                FieldKind.Person => new(field.Key, heading, 20, XlsxLook.Text, [], Prompt: "氏名か職員番号を入力します。"),
                FieldKind.Entry => new(field.Key, heading, 26, XlsxLook.Text, [], Prompt: "管理番号か名称を入力します。"),
                FieldKind.Entries => new(field.Key, heading, 28, XlsxLook.LongText, [], Prompt: "管理番号を 1 行に一つずつ入力します（Alt+Enter で改行）。"),
                FieldKind.Link => new(field.Key, heading, 30, XlsxLook.Text, [], Prompt: field.Help?.Ja),
                _ => throw new ArgumentOutOfRangeException(nameof(field), field.Kind, null),
            };
        }

        public void Write(RegisterEntry entry, RegisterNames names) => writer.Write(
        [
            (XlsxLook.Text, entry.Number),
            (XlsxLook.Text, CellText.UnitOf(entry, names)),
            .. register.Fields.Select(f => (f.Kind switch
            {
                FieldKind.Date => XlsxLook.Day,
                FieldKind.Number => XlsxLook.Number,
                FieldKind.LongText or FieldKind.Entries => XlsxLook.LongText,
                _ => XlsxLook.Text,
            }, CellText.Of(f, entry.Fields[f.Key], names))),
            (XlsxLook.Number, entry.Version.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ]);

        public void Finish() => writer.Finish();

        public void Dispose() => writer.Dispose();
    }

    private sealed class CsvRows : ISheetWriter
    {
        private readonly RegisterDefinition register;
        private readonly StreamWriter writer;

        public CsvRows(RegisterDefinition register, Stream file)
        {
            this.register = register;
            writer = new StreamWriter(file, new UTF8Encoding(true), leaveOpen: true) { NewLine = "\r\n" };
            Line([RegisterWords.NumberLabel.Ja, RegisterWords.UnitLabel.Ja, .. register.Fields.Select(f => f.Label.Ja)]);
        }

        public void Write(RegisterEntry entry, RegisterNames names) =>
            Line([entry.Number, CsvText.Encode(CellText.UnitOf(entry, names)), .. register.Fields.Select(f => f.Kind == FieldKind.Number ? CellText.Of(f, entry.Fields[f.Key], names) : CsvText.Encode(CellText.Of(f, entry.Fields[f.Key], names)))]);

        private void Line(IEnumerable<string> cells) => writer.WriteLine(string.Join(',', cells.Select(static c => c.AsSpan().ContainsAny("\",\r\n") || c.StartsWith(' ') ? $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : c)));

        public void Finish() => writer.Flush();

        public void Dispose() => writer.Dispose();
    }
}
