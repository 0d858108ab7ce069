using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>The second opinion: reads a PDF by qpdf, which shares no code with the sanitiser, down to its decoded streams.</summary>
internal static class PdfChecker
{
    private static readonly HashSet<string> ForbiddenKeys =
    [
        "/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFiles", "/EF", "/AF", "/Collection", "/RichMediaContent", "/RichMediaSettings", "/3DD", "/Renditions", "/Launch", "/Win", "/SubmitForm", "/FS", "/FFilter", "/PieceInfo", "/Thumb", "/Metadata",
        "/SigFlags", "/Perms", "/ByteRange", "/CO", "/RV", "/PS", "/OPI", "/Alternates", "/SpiderInfo", "/Requirements", "/Legal", "/Trans", "/Encrypt", "/Movie", "/Sound", "/PresSteps", "/DSS", "/NeedsRendering", "/URLS",
    ];

    private static readonly HashSet<string> ForbiddenKinds =
    [
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Thread", "/Rendition", "/RichMediaExecute", "/Named", "/Hide", "/SetOCGState", "/GoTo3DView", "/Trans", "/FileAttachment", "/Screen", "/3D",
        "/RichMedia", "/Sound", "/Movie", "/EmbeddedFile", "/Sig", "/PS",
    ];

    /// <summary>What in it could act, as "object key"; empty for a harmless file.</summary>
    public static List<string> Active(byte[] pdf)
    {
        var found = new List<string>();
        using var json = Json(pdf);
        Walk(json.RootElement.GetProperty("qpdf")[1], "", found);
        return found;
    }

    /// <summary>All that can be read in it: keys, names, strings, and streams with every filter undone, as Latin-1.</summary>
    public static string Everything(byte[] pdf)
    {
        using var json = Json(pdf);
        var all = new StringBuilder();
        Collect(json.RootElement.GetProperty("qpdf")[1], all);
        return all.Append(Encoding.Latin1.GetString(pdf)).ToString();
    }

    public static (int Code, string Said) Check(byte[] pdf) => Run(pdf, "--check");

    private static JsonDocument Json(byte[] pdf)
    {
        var (code, said) = Run(pdf, "--json=2", "--json-stream-data=inline", "--decode-level=all", "--no-warn");
        Assert.True(code is 0 or 3, said.Length > 500 ? said[..500] : said);
        return JsonDocument.Parse(said);
    }

    private static (int Code, string Said) Run(byte[] pdf, params string[] arguments)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, pdf);
            using var process = Process.Start(new ProcessStartInfo("qpdf", [.. arguments, path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, process.ExitCode is 0 ? said : said.Length > 0 ? said : errors.Result);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Walk(JsonElement at, string place, List<string> found)
    {
        if (at.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in at.EnumerateArray()) Walk(item, place, found);
        }
        if (at.ValueKind != JsonValueKind.Object) return;
        foreach (var property in at.EnumerateObject())
        {
            if (property.Name == "data") continue;
            if (ForbiddenKeys.Contains(property.Name)) found.Add($"{place} {property.Name}");
            if (property.Name is "/S" or "/Subtype" or "/FT" or "/Type" && property.Value.ValueKind == JsonValueKind.String && ForbiddenKinds.Contains(property.Value.GetString()!)) found.Add($"{place} {property.Name} {property.Value}");
            if (property.Name == "/F" && property.Value.ValueKind is JsonValueKind.String && property.Value.GetString() is ['u' or 'b', ':', ..]) found.Add($"{place} /F {property.Value}");
            if (property.Name == "/Filter" && property.Value.ToString() is var filter && (filter.Contains("JBIG2", StringComparison.Ordinal) || filter.Contains("JPX", StringComparison.Ordinal) || filter.Contains("CCITT", StringComparison.Ordinal) || filter.Contains("LZW", StringComparison.Ordinal) || filter.Contains("Crypt", StringComparison.Ordinal)))
                found.Add($"{place} {filter}");
            if (property.Name == "/OpenAction" && property.Value.ValueKind == JsonValueKind.Object && property.Value.GetProperty("/S").GetString() != "/GoTo") found.Add($"{place} /OpenAction");
            Walk(property.Value, property.Name.StartsWith("obj:", StringComparison.Ordinal) ? property.Name : place, found);
        }
    }

    private static void Collect(JsonElement at, StringBuilder all)
    {
        switch (at.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in at.EnumerateArray()) Collect(item, all);
                break;
            case JsonValueKind.Object:
                foreach (var property in at.EnumerateObject())
                {
                    all.Append(property.Name).Append('\n');
                    if (property.Name == "data" && property.Value.ValueKind == JsonValueKind.String) all.Append(Encoding.Latin1.GetString(property.Value.GetBytesFromBase64())).Append('\n');
                    else Collect(property.Value, all);
                }
                break;
            case JsonValueKind.String:
                var text = at.GetString()!;
                all.Append(text).Append('\n');
                // Strings that aren't text come as hexadecimal.
                if (text.StartsWith("b:", StringComparison.Ordinal)) all.Append(Encoding.Latin1.GetString(Convert.FromHexString(text[2..]))).Append('\n');
                break;
            default:
                break;
        }
    }
}
