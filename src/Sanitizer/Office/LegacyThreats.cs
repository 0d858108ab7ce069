using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Tells which active elements an old office file had. None of it is carried over; this says what a person would want to know.</summary>
/// <remarks>It looks, it doesn't decide: a threat that it overlooks isn't written either, as the new file is made from the allow list of OOXML.</remarks>
internal static partial class LegacyThreats
{
    private const string EquationClass = "0002CE02-0000-0000-C000-000000000046";

    public static void Tell(ReadOnlyMemory<byte> whole, FileKind kind, Job job)
    {
        if (kind == FileKind.Rtf) TellRtf(Encoding.Latin1.GetString(whole.Span), job);
        else if (CompoundFile.Is(whole.Span)) TellCompound(whole, kind, job);
    }

    private static void TellCompound(ReadOnlyMemory<byte> whole, FileKind kind, Job job)
    {
        var source = Source.Of(whole);
        var file = CompoundFile.Read(source, job.Policy.Limits.InMemoryBytes);
        // Two books in one file: one for the eye of the checker, one for the program.
        if (file.Find("Workbook") is not null && file.Find("Book") is not null) job.Remove("O-12", "Book", "a second workbook stream");
        foreach (var entry in file.Entries)
        {
            var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
            var place = SafeName.Show(entry.Path);
            switch (name)
            {
                case "_VBA_PROJECT":
                    job.Remove("O-01", place, "VBA project");
                    break;
                case "\u0001Ole10Native":
                    job.Remove("O-03", place, "OLE package");
                    break;
                case "Equation Native":
                    job.Remove("O-04", place, "Equation Editor object");
                    break;
                case "ObjectPool" when entry.IsStorage && file.Entries.Any(e => e.Path.StartsWith(entry.Path + "/", StringComparison.Ordinal)):
                    job.Remove("O-05", place, "embedded objects");
                    break;
                case "\u0003OCXNAME" or "\u0003OCXDATA" or "Ctls":
                    job.Remove("O-13", place, "ActiveX control");
                    break;
                case "\u0005SummaryInformation" or "\u0005DocumentSummaryInformation" when !job.Policy.KeepMetadata:
                    job.Remove("O-09", place, "document properties");
                    break;
                case "EncryptedSummary":
                    throw Refusals.Password(kind);
                default:
                    if (entry.Clsid == EquationClass) job.Remove("O-04", place, "Equation Editor object");
                    else if (kind == FileKind.Xls && entry.IsStorage && name.StartsWith("MBD", StringComparison.Ordinal)) job.Remove("O-05", place, "embedded object");
                    break;
            }
        }
        if (kind == FileKind.Xls && (file.Find("Workbook") ?? file.Find("Book")) is { } book) BiffThreats.Tell(file.ReadStream(book, job.Policy.Limits.InMemoryBytes), job);
        if (kind == FileKind.Doc && file.Find("WordDocument") is { } word && file.ReadStream(word, job.Policy.Limits.InMemoryBytes) is { Length: > 12 } fib && (fib[11] & 1) != 0) throw Refusals.Password(kind);
    }

    private static void TellRtf(string text, Job job)
    {
        foreach (var (pattern, threat, what) in (ReadOnlySpan<(Regex, string, string)>)
            [(ObjectData(), "R-01", "\\objdata"), (Linked(), "R-02", "linked object"), (Update(), "R-03", "\\objupdate"), (Template(), "R-04", "\\*\\template"), (Fields(), "R-05", "DDE, LINK or INCLUDE field"),
             (Classes(), "R-06", "dangerous object class"), (Stores(), "R-08", "hidden data"), (Info(), "R-10", "\\info"), (Font(), "R-11", "embedded font")])
        {
            var count = pattern.Count(text);
            for (var i = 0; i < Math.Min(count, 100); i++) job.Remove(threat, "rtf", what);
        }
    }

    [GeneratedRegex(@"\\objdata\b", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectData();

    [GeneratedRegex(@"\\obj(?:autlink|link|html|ocx)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Linked();

    [GeneratedRegex(@"\\objupdate\b", RegexOptions.CultureInvariant)]
    private static partial Regex Update();

    [GeneratedRegex(@"\\\*\s*\\template\b", RegexOptions.CultureInvariant)]
    private static partial Regex Template();

    [GeneratedRegex(@"\\fldinst[^}]{0,200}?\b(?:DDEAUTO|DDE|INCLUDEPICTURE|INCLUDETEXT|LINK|IMPORT)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Fields();

    [GeneratedRegex(@"\\objclass\s+(?:Equation\.\d|Package|OLE2Link|htmlfile|Shell\.Explorer)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Classes();

    [GeneratedRegex(@"\\\*\\(?:datastore|themedata|xmlnstbl|colorschememapping)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Stores();

    [GeneratedRegex(@"\{\\info\b", RegexOptions.CultureInvariant)]
    private static partial Regex Info();

    [GeneratedRegex(@"\\fontemb\b", RegexOptions.CultureInvariant)]
    private static partial Regex Font();
}
