using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>Makes small PDFs, hostile ones too: shares no code with what is tested.</summary>
internal sealed class PdfMaker
{
    private readonly List<byte[]> objects = [];

    /// <summary>A document of one page; object 1 is the catalog, 2 the pages, 3 the page, 4 its content.</summary>
    /// <param name="catalog">Further keys of the catalog.</param>
    /// <param name="page">Further keys of the page.</param>
    /// <param name="more">Objects 5, 6 …</param>
    public static PdfMaker Of(string catalog = "", string page = "", params string[] more)
    {
        var made = new PdfMaker();
        made.Add($"<</Type/Catalog/Pages 2 0 R{catalog}>>");
        made.Add("<</Type/Pages/Count 1/Kids[3 0 R]>>");
        made.Add($"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R{page}>>");
        made.AddStream("", "q 1 0 0 RG 10 10 50 50 re S Q"u8);
        foreach (var each in more) made.Add(each);
        return made;
    }

    public int Add(string body)
    {
        objects.Add(Encoding.Latin1.GetBytes(body));
        return objects.Count;
    }

    public int AddStream(string dict, ReadOnlySpan<byte> bytes)
    {
        objects.Add([.. Encoding.Latin1.GetBytes($"<<{dict}/Length {bytes.Length}>>\nstream\n"), .. bytes, .. "\nendstream"u8]);
        return objects.Count;
    }

    public int AddFlate(string dict, ReadOnlySpan<byte> bytes) => AddStream($"/Filter/FlateDecode{dict}", Flate(bytes));

    public byte[] Build(string trailer = "")
    {
        var file = new MemoryStream();
        file.Write("%PDF-1.7\n"u8);
        var places = new List<long>();
        foreach (var (body, index) in objects.Select(static (o, i) => (o, i)))
        {
            places.Add(file.Length);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n")));
            file.Write(body);
            file.Write("\nendobj\n"u8);
        }
        var start = file.Length;
        var tail = new StringBuilder().Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places) tail.Append(CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n");
        tail.Append(CultureInfo.InvariantCulture, $"trailer\n<</Size {objects.Count + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n");
        file.Write(Encoding.ASCII.GetBytes(tail.ToString()));
        return file.ToArray();
    }

    public static byte[] Flate(ReadOnlySpan<byte> bytes)
    {
        using var output = new MemoryStream();
        using (var deflate = new ZLibStream(output, CompressionLevel.Optimal, true)) deflate.Write(bytes);
        return output.ToArray();
    }
}
