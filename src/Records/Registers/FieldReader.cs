using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Registers;

/// <summary>What reading a field came to.</summary>
internal abstract record FieldReading
{
    private FieldReading()
    {
    }

    /// <param name="Value">Null: empty.</param>
    public sealed record Read(FieldValue? Value) : FieldReading;

    public sealed record Wrong(Bilingual What) : FieldReading;
}

/// <summary>Reads what people write in a field (項目の読取り): the same for forms, the API and sheets.</summary>
internal static partial class FieldReader
{
    /// <summary>What divides several values written in one text.</summary>
    public static readonly char[] SeparatorMarks = ['、', ',', '，', ';', '；', '\n'];

    private static readonly string[] Yes = ["true", "はい", "有", "有り", "あり", "○", "〇", "◯", "✓", "レ", "済", "済み", "要", "する", "yes", "y", "1", "on"];
    private static readonly string[] No = ["false", "いいえ", "無", "無し", "なし", "×", "✕", "未", "不要", "否", "しない", "no", "n", "0", "off"];

    private static readonly DateOnly FirstDay = new(1868, 1, 25), LastDay = new(2999, 12, 31);

    private const decimal MostNumber = 999_999_999_999_999m;

    public static FieldReading Read(RegisterField field, IReadOnlyList<string> untrusted, References references, DateOnly day)
    {
        var many = field.IsMany;
        if (field.Kind is FieldKind.Text or FieldKind.LongText or FieldKind.Link) return Text(field, string.Join('\n', untrusted));
        var pieces = field.Kind == FieldKind.Choices ? ChoicePieces(untrusted) : Pieces(untrusted, many);
        if (pieces.Count == 0) return new FieldReading.Read(null);
        if (!many && pieces.Count > 1) return Wrong(FieldWords.OnlyOne);
        if (many && pieces.Count > field.Max) return Wrong(FieldWords.TooMany((int)field.Max!));
        return field.Kind switch
        {
            FieldKind.Number => Number(field, pieces[0]),
            FieldKind.Date => TryDay(pieces[0], day, out var date) ? new FieldReading.Read(new FieldValue.Day(date)) : Wrong(FieldWords.NotADate(pieces[0])),
            FieldKind.YesNo => YesNo(pieces[0]),
            FieldKind.Choice => Choices(field, pieces, keys => new FieldValue.Choice(keys[0])),
            FieldKind.Choices => Choices(field, pieces, keys => new FieldValue.Choices([.. field.Choices.Select(c => c.Key).Where(keys.Contains)])),
            FieldKind.Unit => Refer(field, pieces, references, ids => new FieldValue.Unit(new UnitId(ids[0]))),
            FieldKind.Person => Refer(field, pieces, references, ids => new FieldValue.Person(new PersonId(ids[0]))),
            FieldKind.Entry => Refer(field, pieces, references, ids => new FieldValue.Entry(new EntryId(ids[0]))),
            FieldKind.Entries => Refer(field, pieces, references, ids => new FieldValue.Entries([.. ids.Distinct().Select(i => new EntryId(i))])),
            _ => throw new ArgumentOutOfRangeException(nameof(field), field.Kind, null),
        };
    }

    /// <summary>The unit in charge, which is a column and no field.</summary>
    public static FieldReading Unit(IReadOnlyList<string> untrusted, References references)
    {
        var pieces = Pieces(untrusted, many: false);
        return pieces.Count switch
        {
            0 => new FieldReading.Read(null),
            1 => Refer(FieldKind.Unit, null, pieces, references, ids => new FieldValue.Unit(new UnitId(ids[0]))),
            _ => Wrong(FieldWords.OnlyOne),
        };
    }

    /// <summary>The values in what was written: without blanks around; of a list field also what stands in one text.</summary>
    public static IReadOnlyList<string> Pieces(IReadOnlyList<string> untrusted, bool many)
    {
        var texts = untrusted.Select(t => t.Trim()).Where(t => t.Length > 0);
        if (!many) return [.. texts];
        // A line is one entry, its number first: 「AST-0001 住民基本台帳」. Several numbers may also stand in one line.
        return [.. texts.SelectMany(t => t.Split(['\n', ';', '；'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .SelectMany(t => OnlyNumbers().IsMatch(t.Normalize(NormalizationForm.FormKC)) ? t.Split(['、', ',', '，', ' ', '　'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [t])];
    }

    /// <summary>管理番号 that a text begins with, in its one spelling; null when it doesn't.</summary>
    public static string? NumberAtStart(string text)
    {
        if (text.Length > 400) return null;
        var match = NumberShape().Match(text.Normalize(NormalizationForm.FormKC).ToUpperInvariant());
        return match.Success ? match.Value : null;
    }

    /// <summary>A date as people write it: 2026-04-01, 2026/4/1, 20260401, 令和8年4月1日, R8.4.1.</summary>
    /// <param name="today">For 今日 and "today", the default of new entries.</param>
    public static bool TryDay(string text, DateOnly today, out DateOnly day)
    {
        day = default;
        if (text is "today" or "今日" or "本日")
        {
            day = today;
            return true;
        }
        if (text.Length > 40) return false;
        var plain = text.Normalize(NormalizationForm.FormKC).Trim();
        var bracket = plain.IndexOf('(', StringComparison.Ordinal);
        if (bracket > 0) plain = plain[..bracket].TrimEnd();       // 令和8年4月1日(水)
        if (WesternShape().Match(plain) is { Success: true } m)
        {
            var (year, month, date) = (int.Parse(m.Groups["y"].ValueSpan, CultureInfo.InvariantCulture), int.Parse(m.Groups["m"].ValueSpan, CultureInfo.InvariantCulture), int.Parse(m.Groups["d"].ValueSpan, CultureInfo.InvariantCulture));
            if (year < 1 || month is < 1 or > 12 || date < 1 || date > DateTime.DaysInMonth(year, month)) return false;
            day = new DateOnly(year, month, date);
        }
        else if (!Wareki.TryParse(plain, out day))
        {
            return false;
        }
        return day >= FirstDay && day <= LastDay;
    }

    private static FieldReading Text(RegisterField field, string untrusted)
    {
        var text = untrusted.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        text = field.Kind == FieldKind.LongText ? text.Trim() : Lines().Replace(text.Trim(), " ");
        if (text.Length == 0) return new FieldReading.Read(null);
        foreach (var c in text)
            if (c != '\n' && (char.IsControl(c) && c != '\t' || c is '\uFFFE' or '\uFFFF')) return Wrong(FieldWords.ControlCharacter);
        // UTF-8, and with it the ledger, has no lone surrogates.
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsSurrogatePair(text, i)) return Wrong(FieldWords.ControlCharacter);
            i++;
        }
        var length = text.EnumerateRunes().Count();
        if (length > field.MaxLength) return Wrong(FieldWords.TooLong(field.MaxLength, length));
        if (field.Kind == FieldKind.Link && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")) return Wrong(FieldWords.NotALink);
        return new FieldReading.Read(new FieldValue.Text(text));
    }

    private static FieldReading Number(RegisterField field, string text)
    {
        if (text.Length > 40) return Wrong(FieldWords.NotANumber(text));
        var plain = text.Normalize(NormalizationForm.FormKC).Replace(",", "", StringComparison.Ordinal).Replace('−', '-').Replace("▲", "-", StringComparison.Ordinal).Replace("△", "-", StringComparison.Ordinal);
        if (!decimal.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > MostNumber || decimal.Round(number, 6) != number) return Wrong(FieldWords.NotANumber(text));
        if (number < field.Min) return Wrong(FieldWords.TooSmall(field.Min.Value));
        if (number > field.Max) return Wrong(FieldWords.TooGreat(field.Max.Value));
        // 1.50 and 1.5 are one number in one spelling.
        return new FieldReading.Read(new FieldValue.Number(number / 1.0000000000000000000000000000m));
    }

    private static FieldReading YesNo(string text)
    {
        var plain = text.Length > 20 ? "" : text.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        if (Yes.Contains(plain)) return new FieldReading.Read(new FieldValue.YesNo(true));
        return No.Contains(plain) ? new FieldReading.Read(new FieldValue.YesNo(false)) : Wrong(FieldWords.NotYesNo(text));
    }

    private static IReadOnlyList<string> ChoicePieces(IReadOnlyList<string> untrusted) =>
        [.. untrusted.SelectMany(t => t.Split(SeparatorMarks, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];

    private static FieldReading Choices(RegisterField field, IReadOnlyList<string> pieces, Func<IReadOnlyList<string>, FieldValue> made)
    {
        var keys = new List<string>();
        foreach (var piece in pieces)
        {
            if (ChoiceOf(field, piece) is not { } choice) return Wrong(FieldWords.NotAChoice(piece, field.Choices));
            keys.Add(choice.Key);
        }
        return new FieldReading.Read(made(keys));
    }

    private static FieldChoice? ChoiceOf(RegisterField field, string text)
    {
        if (field.Choice(text) is { } exact) return exact;
        var folded = SearchFold.Of(text);
        return folded.Length == 0 ? null
            : field.Choices.FirstOrDefault(c => SearchFold.Of(c.Name.Ja) == folded || SearchFold.Of(c.Name.En) == folded || SearchFold.Of(c.Key) == folded);
    }

    private static FieldReading Refer(RegisterField field, IReadOnlyList<string> pieces, References references, Func<IReadOnlyList<Guid>, FieldValue> made) =>
        Refer(field.Kind, field.Of, pieces, references, made);

    private static FieldReading Refer(FieldKind kind, string? of, IReadOnlyList<string> pieces, References references, Func<IReadOnlyList<Guid>, FieldValue> made)
    {
        var ids = new List<Guid>();
        foreach (var piece in pieces)
        {
            var found = references.Find(kind, of, piece);
            if (found.IsGone) return Wrong(FieldWords.Gone(kind, piece));
            if (found.Id is not { } id) return Wrong(found.Several > 1 ? FieldWords.Ambiguous(kind, piece, found.Several) : FieldWords.Unknown(kind, piece));
            ids.Add(id);
        }
        return new FieldReading.Read(made(ids));
    }

    private static FieldReading.Wrong Wrong(Bilingual what) => new(what);

    [GeneratedRegex("^[A-Z][A-Z0-9]{1,5}-[0-9]{4,9}(?![0-9A-Z])")]
    private static partial Regex NumberShape();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9]{1,5}-[0-9]{4,9}([、,\s]+[A-Za-z][A-Za-z0-9]{1,5}-[0-9]{4,9})+$")]
    private static partial Regex OnlyNumbers();

    // Three parts with marks between them, or eight digits; a time of midnight after it is what sheets add to a day.
    [GeneratedRegex(@"^(?:(?<y>[0-9]{4})[-/.年]\s?(?<m>[0-9]{1,2})[-/.月]\s?(?<d>[0-9]{1,2})日?|(?<y>[0-9]{4})(?<m>[0-9]{2})(?<d>[0-9]{2}))(?:[\sT]+0?0:00(?::00)?)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex WesternShape();

    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex Lines();
}
