using Sekisho.Sanitizer.Kinds;

namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>One part that will be written.</summary>
internal sealed class Part(PartType type, string source, string path, string contentType)
{
    public PartType Type => type;

    /// <summary>Its name in the input; empty for a part that is made here.</summary>
    public string Source => source;

    /// <summary>Its name in the output.</summary>
    public string Path { get; set; } = path;

    public string ContentType { get; set; } = contentType;

    public List<Relation> Relations { get; } = [];

    /// <summary>The content as read, while it is needed; null: read it again.</summary>
    public byte[]? Bytes { get; set; }

    /// <summary>Root in the namespaces of strict documents.</summary>
    public bool IsStrict { get; set; }

    /// <summary>Of a picture or package: where its new content lies in the pool.</summary>
    public (long Start, long Length) Pooled { get; set; } = (-1, 0);

    public FileKind? Kind { get; set; }

    /// <summary>On a sheet: the relationship to a drawing that is made here.</summary>
    public string? MadeDrawing { get; set; }

    /// <summary>On a drawing: previews of embedded objects that become pictures; their relationships are added when the drawing's own are known.</summary>
    public List<SheetPicture> Pictures { get; } = [];

    /// <summary>On a slide: shape ids of VML previews, and the relationship to their picture.</summary>
    public Dictionary<string, string> Previews { get; } = new(StringComparer.Ordinal);

    public Relation? Relation(string id) => Relations.Find(r => r.Id == id);

    public string FreeId()
    {
        for (var number = Relations.Count + 1; ; number++)
        {
            var id = $"rIdS{number}";
            if (Relation(id) is null) return id;
        }
    }
}

/// <summary>One relationship of a part.</summary>
/// <param name="Type">As it was written: of the transitional or of the strict standard.</param>
/// <param name="Target">Null when it isn't kept, or leads outside.</param>
/// <param name="Address">A link that may stay.</param>
/// <param name="Threat">Why it isn't kept; null when it is.</param>
internal sealed record Relation(string Id, string Type, Part? Target, string? Address, string? Threat)
{
    public bool IsKept => Threat is null;
}

/// <summary>A picture that stands for an embedded object of a sheet.</summary>
/// <param name="From">The part whose relationship leads to it.</param>
/// <param name="Corners">Column, offset, row, offset of the upper left and of the lower right corner; from zero, offsets in EMU.</param>
/// <param name="IsFramed">With a line around it.</param>
internal sealed record SheetPicture(string From, RawRelation Image, long[] Corners, bool IsFramed)
{
    /// <summary>The drawing's relationship to it; empty when there is no picture.</summary>
    public string Relation { get; set; } = "";
}
