using System.Buffers.Binary;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Colour spaces (ISO 32000-2 §8.6).</summary>
internal sealed class ColourShape : OwnShapes.Fallible
{
    private static readonly EagerStream Table = new BytesShape(256 * 32);
    private static readonly Shape Function = OwnShapes.Of("function");

    public override PdfValue? Make(Graph graph, PdfValue given, string place)
    {
        if (given is PdfName) return given;
        // Looked at wholly before any of it is written: else parts would stay of a space that can't.
        if (!Fits(graph, given, 0) || given is not PdfArray { Items: [var head, .. var rest] } || graph.File.Resolve(head) is not PdfName family)
        {
            graph.Tell("P-22", place, "colour space");
            return null;
        }
        switch (family.Name)
        {
            case "DeviceGray" or "DeviceRGB" or "DeviceCMYK" or "G" or "RGB" or "CMYK":
                return family;
            case "Pattern":
                return rest.Count == 0 ? family : graph.Place(rest[0], this, place) is { } under ? new PdfArray([family, under]) : family;
            case "CalGray" or "CalRGB" or "CalCMYK" or "Lab" when rest.Count > 0 && graph.File.Resolve(rest[0]) is PdfDict measures:
                return new PdfArray([family, Measures(graph, measures)]);
            case "ICCBased" when rest.Count > 0 && graph.File.Resolve(rest[0]) is PdfStream profile:
                return graph.Place(rest[0], IccShape.Only, place) is { } icc ? new PdfArray([family, icc])
                    : profile.Dict["Alternate"] is { } other && graph.Place(other, this, place) is { } alternate ? alternate
                    : Device(graph.File.Int(profile.Dict, "N"));
            case "Indexed" or "I" when rest.Count >= 3 && graph.Place(rest[0], this, place) is { } based && graph.File.Resolve(rest[1]) is PdfNumber high:
                var table = graph.File.Resolve(rest[2]);
                PdfValue? colours = table is PdfString or PdfName ? table : graph.Place(rest[2], TablePick, place);
                return colours is null ? null : new PdfArray([family, based, high, colours]);
            case "Separation" when rest.Count >= 3 && graph.File.Resolve(rest[0]) is PdfName ink && graph.Place(rest[1], this, place) is { } instead && graph.Place(rest[2], Function, place) is { } tint:
                return new PdfArray([family, ink, instead, tint]);
            case "DeviceN" when rest.Count >= 3 && graph.File.Resolve(rest[0]) is PdfArray inks && inks.Items.Count <= 32 && inks.Items.All(i => graph.File.Resolve(i) is PdfName)
                && graph.Place(rest[1], this, place) is { } mixed && graph.Place(rest[2], Function, place) is { } tints:
                return new PdfArray([family, new PdfArray(inks.Items.Select(graph.File.Resolve)), mixed, tints]);
            default:
                return null;
        }
    }

    /// <summary>True when it can be built.</summary>
    public static bool Fits(Graph graph, PdfValue? space, int depth)
    {
        var given = graph.File.Resolve(space);
        if (given is PdfName) return true;
        if (depth > 6 || given is not PdfArray { Items: [var head, .. var rest] } || graph.File.Resolve(head) is not PdfName family) return false;
        return family.Name switch
        {
            "DeviceGray" or "DeviceRGB" or "DeviceCMYK" or "G" or "RGB" or "CMYK" => true,
            "Pattern" => rest.Count == 0 || Fits(graph, rest[0], depth + 1),
            "CalGray" or "CalRGB" or "CalCMYK" or "Lab" => rest.Count > 0 && graph.File.Resolve(rest[0]) is PdfDict,
            "ICCBased" => rest.Count > 0 && graph.File.Resolve(rest[0]) is PdfStream profile && (Device(graph.File.Int(profile.Dict, "N")) is not null || Fits(graph, profile.Dict["Alternate"], depth + 1) || IccShape.IsUsable(graph, profile)),
            "Indexed" or "I" => rest.Count >= 3 && Fits(graph, rest[0], depth + 1) && graph.File.Resolve(rest[1]) is PdfNumber
                && graph.File.Resolve(rest[2]) is var table && (table is PdfString or PdfName || (table is PdfStream colours && Streams.Bytes(graph, colours, "").Length > 0)),
            "Separation" => rest.Count >= 3 && graph.File.Resolve(rest[0]) is PdfName && Fits(graph, rest[1], depth + 1) && FunctionShapes.Fits(graph, rest[2]),
            "DeviceN" => rest.Count >= 3 && graph.File.Resolve(rest[0]) is PdfArray { Items.Count: <= 32 } inks && inks.Items.All(i => graph.File.Resolve(i) is PdfName) && Fits(graph, rest[1], depth + 1) && FunctionShapes.Fits(graph, rest[2]),
            _ => false,
        };
    }

    /// <summary>How many numbers make a colour; null when that can't be told.</summary>
    public static int? Components(PdfFile file, PdfValue? space, int depth = 0)
    {
        var given = file.Resolve(space);
        var name = given is PdfName own ? own.Name : given is PdfArray { Items: [var head, ..] } ? (file.Resolve(head) as PdfName)?.Name : null;
        var rest = given is PdfArray array ? array.Items : [];
        return name switch
        {
            "DeviceGray" or "G" or "CalGray" or "Indexed" or "I" or "Separation" => 1,
            "DeviceRGB" or "RGB" or "CalRGB" or "Lab" => 3,
            "DeviceCMYK" or "CMYK" or "CalCMYK" => 4,
            "ICCBased" when rest.Count > 1 && file.Resolve(rest[1]) is PdfStream profile => file.Int(profile.Dict, "N"),
            "DeviceN" when rest.Count > 1 && file.Resolve(rest[1]) is PdfArray inks => inks.Items.Count,
            _ => null,
        };
    }

    public static PdfName? Device(int? components) => components switch
    {
        1 => new("DeviceGray"),
        3 => new("DeviceRGB"),
        4 => new("DeviceCMYK"),
        _ => null,
    };

    private static readonly Shape TablePick = new OwnShapes.Chosen(static (_, v, _) => v is PdfStream ? Table : null);

    private static PdfDict Measures(Graph graph, PdfDict given)
    {
        var built = new PdfDict();
        foreach (var key in (ReadOnlySpan<string>)["WhitePoint", "BlackPoint", "Gamma", "Matrix", "Range"])
        {
            var value = graph.File.Get(given, key);
            if (value is PdfNumber) built[key] = value;
            else if (value is PdfArray numbers && numbers.Items.Count <= 9 && numbers.Items.All(i => graph.File.Resolve(i) is PdfNumber)) built[key] = new PdfArray(numbers.Items.Select(graph.File.Resolve));
        }
        return built;
    }
}

/// <summary>A colour profile whose header and table of tags are sound (ICC.1 §7); its length is the one that it says.</summary>
internal sealed class IccShape : EagerStream
{
    public static readonly IccShape Only = new();

    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override int? Write(Graph graph, PdfStream stream, string place)
    {
        var components = graph.File.Int(stream.Dict, "N");
        var profile = Streams.Bytes(graph, stream, place).Span;
        if (!IsSound(ref profile, components))
        {
            graph.Tell("P-22", place, "colour profile");
            return null;
        }
        var dict = new PdfDict().With("N", PdfNumber.Of(components ?? 3));
        if (graph.File.Get(stream.Dict, "Range") is PdfArray range && range.Items.All(i => graph.File.Resolve(i) is PdfNumber)) dict["Range"] = new PdfArray(range.Items.Select(graph.File.Resolve));
        if (stream.Dict["Alternate"] is { } alternate) dict["Alternate"] = graph.Place(alternate, OwnShapes.Colour, place);
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, dict, profile);
        return number;
    }

    public static bool IsUsable(Graph graph, PdfStream stream)
    {
        var profile = Streams.Bytes(graph, stream, "").Span;
        return IsSound(ref profile, graph.File.Int(stream.Dict, "N"));
    }

    private static bool IsSound(ref ReadOnlySpan<byte> profile, int? components)
    {
        if (profile.Length < 132 || !profile[36..40].SequenceEqual("acsp"u8)) return false;
        var size = BinaryPrimitives.ReadUInt32BigEndian(profile);
        if (size < 132 || size > profile.Length) return false;
        profile = profile[..(int)size];
        var space = profile[16..20];
        var expected = space.SequenceEqual("RGB "u8) || space.SequenceEqual("Lab "u8) ? 3 : space.SequenceEqual("GRAY"u8) ? 1 : space.SequenceEqual("CMYK"u8) ? 4 : 0;
        if (expected == 0 || (components is { } n && n != expected)) return false;
        var tags = BinaryPrimitives.ReadUInt32BigEndian(profile[128..]);
        if (tags > 100 || 132 + tags * 12 > size) return false;
        for (var i = 0; i < tags; i++)
        {
            var entry = profile.Slice(132 + i * 12, 12);
            if ((ulong)BinaryPrimitives.ReadUInt32BigEndian(entry[4..]) + BinaryPrimitives.ReadUInt32BigEndian(entry[8..]) > size) return false;
        }
        return true;
    }
}
