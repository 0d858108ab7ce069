using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Samples of a picture that another program decoded.</summary>
/// <param name="Colours">Set when they are no longer in the picture's own colours.</param>
internal sealed record ForeignSamples(ReadOnlyMemory<byte> Bytes, int Width, int Height, int Bits, PdfName? Colours);

/// <summary>Decodes JBIG2 and JPEG 2000 by poppler's pdfimages, a program of its own (GPL) within the worker's sandbox: once a file, all pictures together, each alone on a page of a PDF made for it.</summary>
internal sealed class ForeignImages(PdfFile file, Job job)
{
    private const int MostPictures = 5000;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60);

    private Dictionary<int, ForeignSamples>? decoded;

    public ForeignSamples? Decode(PdfStream stream, Decoded picture)
    {
        decoded ??= All(stream, picture);
        if (!decoded.ContainsKey(stream.Number) && picture.Image == "DCTDecode" && Ask(stream, picture) is { } one)
        {
            foreach (var (number, samples) in Run([one])) decoded[number] = samples;
        }
        return decoded.GetValueOrDefault(stream.Number);
    }

    private Dictionary<int, ForeignSamples> All(PdfStream first, Decoded firstPicture)
    {
        var asked = new List<Asked>();
        Add(first, firstPicture);
        foreach (var number in file.Numbers)
        {
            if (number == first.Number || asked.Count >= MostPictures || file.Resolve(new PdfRef(number, 0)) is not PdfStream stream || !IsForeign(stream)) continue;
            file.Budget.Check();
            try
            {
                Add(stream, Filters.Decode(file.Raw(stream), stream.Dict, file, $"object {number}"));
            }
            catch (RefusedException e) when (e.Refusal.Code == "SAN-PDF-005")
            {
                // Refused where it is used, if it is.
            }
        }
        return Run(asked);

        void Add(PdfStream stream, Decoded picture)
        {
            if (Ask(stream, picture) is { } one) asked.Add(one);
        }
    }

    private bool IsForeign(PdfStream stream) => file.Get(stream.Dict, "Filter") switch
    {
        PdfName name => name.Name is "JPXDecode" or "JBIG2Decode",
        PdfArray { Items: [.., var last] } => file.Resolve(last) is PdfName { Name: "JPXDecode" or "JBIG2Decode" },
        _ => false,
    };

    private Asked? Ask(PdfStream stream, Decoded picture)
    {
        var (width, height) = (file.Int(stream.Dict, "Width") ?? 0, file.Int(stream.Dict, "Height") ?? 0);
        if (width <= 0 || height <= 0) return null;
        if (picture.Image == "JBIG2Decode")
        {
            job.Budget.Pixels(width, height, $"object {stream.Number}");
            var globals = picture.Parms is { } parms && file.Get(parms, "JBIG2Globals") is PdfStream shared ? Filters.Decode(file.Raw(shared), shared.Dict, file, "JBIG2Globals").Bytes : default(ReadOnlyMemory<byte>?);
            return new(stream.Number, picture.Bytes, globals, width, height, 1, "JBIG2Decode", true);
        }
        if (picture.Image == "DCTDecode")
        {
            // How many colours it has is known only inside; drawn as RGB by its own colour space where that says so.
            if (ColourShape.Components(file, stream.Dict["ColorSpace"]) is not { } n || n is not (1 or 3 or 4)) return null;
            job.Budget.Pixels(width, height, $"object {stream.Number}");
            return new(stream.Number, picture.Bytes, null, width, height, n, "DCTDecode", true);
        }
        if (picture.Image != "JPXDecode" || JpxSize(picture.Bytes.Span) is not var (w, h, components) || components is not (1 or 3 or 4)) return null;
        job.Budget.Pixels(w, h, $"object {stream.Number}");
        return new(stream.Number, picture.Bytes, null, w, h, components, "JPXDecode", ColourShape.Components(file, stream.Dict["ColorSpace"]) == components);
    }

    // The SIZ segment of the code stream (ITU-T T.800 A.5.1).
    private static (int Width, int Height, int Components)? JpxSize(ReadOnlySpan<byte> data)
    {
        var at = data.IndexOf<byte>([0xFF, 0x4F, 0xFF, 0x51]);
        if (at < 0 || data.Length < at + 42) return null;
        var siz = data[(at + 4)..];
        var width = BinaryPrimitives.ReadUInt32BigEndian(siz[4..]) - (long)BinaryPrimitives.ReadUInt32BigEndian(siz[12..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(siz[8..]) - (long)BinaryPrimitives.ReadUInt32BigEndian(siz[16..]);
        return width is > 0 and < 1_000_000 && height is > 0 and < 1_000_000 ? ((int)width, (int)height, BinaryPrimitives.ReadUInt16BigEndian(siz[36..])) : null;
    }

    private Dictionary<int, ForeignSamples> Run(List<Asked> asked)
    {
        var results = new Dictionary<int, ForeignSamples>();
        if (asked.Count == 0) return results;
        using var folder = new WorkFolder(job.Folder);
        // One page a picture, so that a file is named by its page.
        var input = Path.Combine(folder.Path, "pictures.pdf");
        using (var output = new FileStream(input, FileMode.CreateNew)) output.Write(Carrier(asked));
        var done = ChildProcess.Run("pdfimages", ["-p", input, Path.Combine(folder.Path, "p")], folder.Path, default, MostTime, 1 << 16);
        if (done is null) throw PdfRefusals.NoProgram("pdfimages");
        foreach (var path in Directory.GetFiles(folder.Path, "p-*").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(path).Split('-');
            if (name.Length != 3 || !int.TryParse(name[1], NumberStyles.None, CultureInfo.InvariantCulture, out var page) || page < 1 || page > asked.Count) continue;
            var one = asked[page - 1];
            if (new FileInfo(path).Length > job.Policy.Limits.InMemoryBytes) throw Refusals.Bomb($"object {one.Number}", new FileInfo(path).Length);
            if (Pnm(File.ReadAllBytes(path), one) is not { } samples) continue;
            job.Budget.Expand(samples.Bytes.Length, $"object {one.Number}");
            results.TryAdd(one.Number, samples);
        }
        return results;
    }

    private static byte[] Carrier(List<Asked> asked)
    {
        var output = new MemoryStream();
        var places = new List<long>();
        Text("%PDF-1.7\n");
        var kids = string.Join(' ', asked.Select(static (_, i) => $"{3 + 4 * i} 0 R"));
        Object("<</Type/Catalog/Pages 2 0 R>>");
        Object($"<</Type/Pages/Count {asked.Count}/Kids[{kids}]>>");
        foreach (var (one, i) in asked.Select(static (a, i) => (a, i)))
        {
            var number = 3 + 4 * i;
            Object($"<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]/Contents {number + 1} 0 R/Resources<</XObject<</I {number + 2} 0 R>>>>>>");
            Stream("", "10 0 0 10 0 0 cm/I Do"u8);
            var space = one.Components switch { 1 => "/DeviceGray", 3 => "/DeviceRGB", _ => "/DeviceCMYK" };
            var globals = one.Globals is null ? "" : $"/DecodeParms<</JBIG2Globals {number + 3} 0 R>>";
            Stream($"/Type/XObject/Subtype/Image/Width {one.Width}/Height {one.Height}/BitsPerComponent {(one.IsBilevel ? 1 : 8)}/ColorSpace{space}/Filter/{one.Filter}{globals}", one.Bytes.Span);
            if (one.Globals is { } g) Stream("", g.Span);
            else Object("null");
        }
        var start = output.Length;
        Text($"xref\n0 {places.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places) Text($"{place:D10} 00000 n \n");
        Text($"trailer\n<</Size {places.Count + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
        return output.ToArray();

        void Text(string text) => output.Write(Encoding.ASCII.GetBytes(text));

        void Object(string body)
        {
            places.Add(output.Length);
            Text($"{places.Count} 0 obj\n{body}\nendobj\n");
        }

        void Stream(string dict, ReadOnlySpan<byte> bytes)
        {
            places.Add(output.Length);
            Text($"{places.Count} 0 obj\n<<{dict}/Length {bytes.Length}>>\nstream\n");
            output.Write(bytes);
            Text("\nendstream\nendobj\n");
        }
    }

    /// <summary>P4 (a bit a pixel, 1 is black) or P6 (RGB).</summary>
    private static ForeignSamples? Pnm(byte[] bytes, Asked one)
    {
        var at = 0;
        var kind = Word();
        if (kind is not ("P4" or "P5" or "P6") || !int.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out var width) || !int.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out var height)) return null;
        if (kind != "P4" && Word() != "255") return null;
        at++;
        if (width is <= 0 or > 1_000_000 || height is <= 0 or > 1_000_000) return null;
        var row = kind switch { "P4" => (width + 7L) / 8, "P5" => width, _ => width * 3L };
        if (bytes.Length - at < row * height) return null;
        var samples = bytes.AsMemory(at, (int)(row * height));
        if (kind == "P4")
        {
            if (!one.IsBilevel) return null;
            foreach (ref var b in samples.Span) b = (byte)~b;
            return new(samples, width, height, 1, null);
        }
        if (kind == "P6" && one.Components == 1) samples = First(samples.Span);
        return new(samples, width, height, 8, one.Components == 4 ? new PdfName("DeviceRGB") : one.HasColours ? null : ColourShape.Device(one.Components));

        string Word()
        {
            while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\n') at++;
            var from = at;
            while (at < bytes.Length && at - from < 12 && bytes[at] is not ((byte)' ' or (byte)'\n')) at++;
            return Encoding.ASCII.GetString(bytes, from, at - from);
        }
    }

    private static byte[] First(ReadOnlySpan<byte> rgb)
    {
        var grey = new byte[rgb.Length / 3];
        for (var i = 0; i < grey.Length; i++) grey[i] = rgb[3 * i];
        return grey;
    }

    /// <param name="HasColours">The picture names a colour space of as many colours: it keeps it.</param>
    private sealed record Asked(int Number, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte>? Globals, int Width, int Height, int Components, string Filter, bool HasColours)
    {
        public bool IsBilevel => Filter == "JBIG2Decode";
    }
}

/// <summary>A folder for one program's files, within the job's own; gone with it.</summary>
internal sealed class WorkFolder : IDisposable
{
    public WorkFolder(string? within) => Path = within is null ? Directory.CreateTempSubdirectory("sekisho-").FullName : Directory.CreateDirectory(System.IO.Path.Combine(within, System.IO.Path.GetRandomFileName())).FullName;

    public string Path { get; }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // The host deletes the job's folder whole.
        }
    }
}
