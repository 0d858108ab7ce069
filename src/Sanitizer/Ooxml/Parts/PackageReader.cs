using System.Text;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Ooxml.Rules;
using Sekisho.Sanitizer.Ooxml.Xml;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>Walks a document from its root along the relationships that are on the list, and decides what will be written; everything else in the zip stays behind and is told.</summary>
internal sealed class PackageReader : IDisposable
{
    private const string Transitional = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/", Strict = "http://purl.oclc.org/ooxml/officeDocument/relationships/";
    private const long MostHeld = 96L << 20;

    private readonly Job job;
    private readonly ZipDirectory zip;
    private readonly Dictionary<string, ZipEntry> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> overrides, defaults;
    private readonly Dictionary<string, Part> bySource = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> left = new(StringComparer.OrdinalIgnoreCase); // entries that a relationship leads to which isn't kept, with its threat
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly HashSet<string> boundStores = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> keptStores = new(StringComparer.OrdinalIgnoreCase);
    private readonly Media media;
    private readonly Queue<Part> toVisit = new();
    private long held;
    private string folder = "";

    public PackageReader(Source untrusted, Job job)
    {
        this.job = job;
        zip = ZipDirectory.Read(untrusted, job.Budget, ZipDirectory.DecodeName);
        media = new(job);
        Formulas = new(job.Policy);
        foreach (var entry in zip.Entries)
        {
            if (entry.IsFolder && entry.Bytes == 0) continue;
            if (entry.IsEncrypted) throw OoxmlRefusals.Ambiguous(entry.Name, "部品が ZIP の暗号で閉じられています", "a part is encrypted by the zip");
            if (entry.Method is not (0 or 8)) throw OoxmlRefusals.Ambiguous(entry.Name, "部品の圧縮方式が使えません", "a part is packed by another method than deflate");
            if (!entries.TryAdd(entry.Name.TrimStart('/'), entry)) throw OoxmlRefusals.Ambiguous(entry.Name, "同じ名前の部品が二つあります", "two parts of one name");
        }
        if (zip.HasStray || zip.HasComment) job.Remove("X-28", "", zip.HasStray ? "bytes of the zip that belong to no part" : "a comment of the zip");
        (overrides, defaults) = PackageXml.ReadTypes(zip.ReadWhole(entries.GetValueOrDefault("[Content_Types].xml") ?? throw OoxmlRefusals.NoMain("[Content_Types].xml がありません", "there is no [Content_Types].xml")));
    }

    public List<Part> Parts { get; } = [];

    public Part Main { get; private set; } = null!;

    /// <summary>What leads from the package itself: the main part only.</summary>
    public List<Relation> Root { get; } = [];

    public FileKind Kind { get; private set; } = FileKind.Unknown;

    public Formulas Formulas { get; }

    public SheetBook Book { get; private set; } = SheetBook.None;

    public OoxmlProperties Properties { get; } = new();

    public Source Pool => media.Pool;

    /// <summary>True for a store that is written.</summary>
    public bool HasStore(string store) => keptStores.Contains(store);

    public void Dispose() => media.Dispose();

    /// <summary>Decides all parts.</summary>
    public void Walk()
    {
        var relations = PackageXml.ReadRelations(Read(entries.GetValueOrDefault("_rels/.rels") ?? throw OoxmlRefusals.NoMain("_rels/.rels がありません", "there is no _rels/.rels")), "_rels/.rels");
        var mains = relations.Where(static r => Suffix(r.Type) == "officeDocument" && !r.IsExternal).ToList();
        if (mains.Count > 1) throw OoxmlRefusals.Ambiguous("_rels/.rels", "本体が二つあります", "there are two main parts");
        if (mains.Count == 0) throw OoxmlRefusals.NoMain("本体への関係がありません", "no relationship leads to one");
        foreach (var relation in relations)
        {
            if (relation == mains[0]) continue;
            var target = Resolve("", relation.Target);
            if (target is not null && OoxmlProperties.Takes(relation.Type) && entries.TryGetValue(target, out var entry))
            {
                left[target] = "";
                Properties.Read(relation.Type, Read(entry), target, job);
                continue;
            }
            LeaveBehind("_rels/.rels", relation);
        }
        ReadMain(Resolve("", mains[0].Target), mains[0]);
        if (Book.Sheets.Count > 0 && Book.Sheets.TrueForAll(static s => !s.IsKept)) throw OoxmlRefusals.NothingLeft();
        TellRest();
    }

    /// <summary>The content of a part, as it was read.</summary>
    public byte[] Content(Part part) => part.Bytes ?? Read(entries[part.Source]);

    private static string Suffix(string type) => type.StartsWith(Transitional, StringComparison.Ordinal) ? type[Transitional.Length..] : type.StartsWith(Strict, StringComparison.Ordinal) ? type[Strict.Length..] : type;

    private byte[] Read(ZipEntry entry) => zip.ReadWhole(entry);

    private string TypeOf(string name) => overrides.TryGetValue(name, out var type) || defaults.TryGetValue(name[(name.LastIndexOf('.') + 1)..], out type) ? type : "";

    private void ReadMain(string? name, RawRelation relation)
    {
        if (name is null || !entries.ContainsKey(name)) throw OoxmlRefusals.NoMain("本体の部品がありません", "its part is missing");
        var type = TypeOf(name);
        var found = OoxmlMainTypes.All.FirstOrDefault(t => t.Type.Equals(type, StringComparison.OrdinalIgnoreCase)).Kind ?? throw OoxmlRefusals.NoMain($"種類「{type}」は扱えません", $"its type “{type}” is not supported");
        Kind = WithoutMacros(found);
        if (Kind != found) job.Remove("X-03", name, type);
        var main = Kind.Key switch
        {
            "docx" or "dotx" => PartType.Document,
            "xlsx" or "xltx" => PartType.Workbook,
            "pptx" or "potx" or "ppsx" => PartType.Presentation,
            _ => throw OoxmlRefusals.NoMain($"種類「{type}」は扱えません", $"its type “{type}” is not supported"),
        };
        folder = main.Path[..main.Path.IndexOf('/')];
        Main = new(main, name, main.Path, OoxmlMainTypes.All.First(t => t.Kind == Kind).Type);
        if (!Load(Main)) throw OoxmlRefusals.NoMain("本体の中身が種類と合いません", "its content is not what its type says");
        bySource[name] = Main;
        Parts.Add(Main);
        Root.Add(new("rId1", relation.Type, Main, null, null));
        Visit(Main);
        while (toVisit.TryDequeue(out var part)) Visit(part);
    }

    private static FileKind WithoutMacros(FileKind kind) => kind.Key switch
    {
        "docm" => FileKind.Docx,
        "dotm" => FileKind.Dotx,
        "xlsm" or "xlam" => FileKind.Xlsx,
        "xltm" => FileKind.Xltx,
        "pptm" or "ppam" => FileKind.Pptx,
        "potm" => FileKind.Potx,
        "ppsm" => FileKind.Ppsx,
        _ => kind,
    };

    /// <summary>Reads a part's bytes and looks at its root.</summary>
    /// <returns>False when it is not what its type says.</returns>
    private bool Load(Part part)
    {
        if (part.Type.Form is not PartForm.Xml) return true;
        var bytes = Read(entries[part.Source]);
        try
        {
            var pull = new XmlPull(bytes, part.Source);
            if (pull.Next() != XmlEvent.Start) return false;
            if (part.Type != PartType.Vml && !pull.Tag.Is(part.Type.Root)) return false;
            part.IsStrict = pull.Tag.Rule?.Space.StrictUri is { } strict && bytes.AsSpan(0, Math.Min(bytes.Length, 8_192)).IndexOf(Encoding.ASCII.GetBytes(strict)) >= 0;
            // VML of old programs isn't always XML: known before anything refers to it.
            if (part.Type == PartType.Vml)
            {
                while (pull.Next() != XmlEvent.Over)
                {
                }
            }
            if (bytes.AsSpan().IndexOf("storeItemID"u8) >= 0) FindBindings(bytes, part.Source);
        }
        catch (RefusedException e) when (part != Main && e.Refusal.Code is "SAN-OOXML-001" && part.Type == PartType.Vml)
        {
            return false;
        }
        if (held + bytes.Length <= MostHeld)
        {
            held += bytes.Length;
            part.Bytes = bytes;
        }
        return true;
    }

    private void FindBindings(byte[] bytes, string place)
    {
        var pull = new XmlPull(bytes, place);
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what == XmlEvent.Start && pull.Tag.Rule?.Special == Special.DataBinding && pull.Tag["w:storeItemID"] is { } store && (job.Policy.KeepMetadata || !Stores.IsOfProperties(store))) boundStores.Add(store);
        }
    }

    private void Visit(Part part)
    {
        job.Budget.Check();
        var slash = part.Source.LastIndexOf('/') + 1;
        var rels = $"{part.Source[..slash]}_rels/{part.Source[slash..]}.rels";
        var raw = part.Source.Length > 0 && entries.TryGetValue(rels, out var entry) ? PackageXml.ReadRelations(Read(entry), rels) : [];
        if (part == Main && part.Type == PartType.Workbook) Book = SheetBook.Read(Content(part), part.Source, raw, job.MacroSheets);
        var used = part.Type == PartType.Vml && raw.Count > 0 ? ObjectPreviews.UsedIn(Content(part), part.Source) : null;
        // Stores come last: which are bound is known when everything that could bind them was read.
        var decided = new Relation?[raw.Count];
        for (var i = 0; i < raw.Count; i++)
        {
            if (part == Main && Book.IsMacro(raw[i].Id)) decided[i] = LeaveBehind(part.Source, raw[i] with { Type = Transitional + "xlMacrosheet" });
            else if (used is not null && !used.Contains(raw[i].Id)) decided[i] = LeaveBehind(part.Source, raw[i]);
            else if (Suffix(raw[i].Type) != "customXml") decided[i] = Decide(part, raw[i]);
        }
        for (var i = 0; i < raw.Count; i++)
        {
            decided[i] ??= Decide(part, raw[i]);
            part.Relations.Add(decided[i]!);
        }
        if (part == Main && part.Type == PartType.Workbook) Book.Settle(part, Formulas, job);
        if (part.Type == PartType.Worksheet || part.Type.Key is "slide" or "slideLayout" or "slideMaster") new ObjectPreviews(this).Find(part, raw, Content(part));
        if (part.Type == PartType.Drawing) new ObjectPreviews(this).Settle(part);
    }

    private Relation Decide(Part from, RawRelation raw)
    {
        var relation = Suffix(raw.Type);
        var type = raw.Id.Length == 0 ? null : PartType.Find(from.Type, relation);
        if (raw.IsExternal || raw.Target.StartsWith('#')) return DecideAddress(from, raw, relation);
        if (type is null || (type.IsComment && !job.Policy.KeepComments)) return LeaveBehind(from.Source, raw);
        var name = Resolve(from.Source, raw.Target);
        if (name is null || !entries.ContainsKey(name))
        {
            job.Remove("X-29", from.Source, $"{relation} → {raw.Target}: a missing part");
            return new(raw.Id, raw.Type, null, null, "X-29");
        }
        if (bySource.TryGetValue(name, out var known)) return known.Type == type ? new(raw.Id, raw.Type, known, null, null) : LeaveBehind(from.Source, raw);
        var part = Make(type, name);
        if (part is null) return LeaveBehind(from.Source, raw);
        return new(raw.Id, raw.Type, part, null, null);
    }

    private Relation DecideAddress(Part from, RawRelation raw, string relation)
    {
        if (relation == "hyperlink" && raw.Id.Length > 0 && (job.Policy.Allows(raw.Target) || IsPlace(raw.Target))) return new(raw.Id, raw.Type, null, raw.Target, null);
        return LeaveBehind(from.Source, raw);
    }

    /// <summary>#Sheet2!A1, #bookmark: inside the same document.</summary>
    private static bool IsPlace(string target) => target.StartsWith('#') && target.Length < 2083 && target.AsSpan().IndexOfAny("|[\\") < 0 && !target.Any(char.IsControl);

    /// <summary>Adds a part that is reached for the first time, with all that it leads to.</summary>
    private Part? Make(PartType type, string name)
    {
        var declared = TypeOf(name);
        if (type.Form is PartForm.Xml && !declared.Equals(type.ContentType, StringComparison.OrdinalIgnoreCase) && !type.Accepted.Contains(declared, StringComparer.OrdinalIgnoreCase)) return null;
        var part = new Part(type, name, "", type.ContentType);
        if (!Load(part)) return null;
        switch (type.Form)
        {
            case PartForm.Picture:
                media.Picture(part, Read(entries[name]));
                break;
            case PartForm.Package:
                if (!media.Package(part, Read(entries[name]))) return null;
                break;
            case PartForm.Store:
                return MakeStore(part);
        }
        if (type == PartType.PivotCache && SheetBook.IsExternalCache(part.Bytes ?? Content(part), name))
        {
            job.Remove("X-14", name, "a pivot cache of an outside source");
            left[name] = "X-14";
            return null;
        }
        if (type == PartType.PivotTable && !LeadsToInnerCache(name)) return null;
        return Enter(part);
    }

    private Part Enter(Part part)
    {
        bySource[part.Source] = part;
        if (part.Path.Length == 0) Name(part);
        Parts.Add(part);
        if (part.Type.Form == PartForm.Xml) toVisit.Enqueue(part);
        return part;
    }

    private void Name(Part part)
    {
        var path = part.Type.Path.Replace("{f}", folder, StringComparison.Ordinal);
        var number = numbers[path] = numbers.GetValueOrDefault(path) + 1;
        part.Path = path.Contains('#', StringComparison.Ordinal) ? path.Replace("#", $"{number}", StringComparison.Ordinal) : path.Replace("?", number == 1 ? "" : $"{number}", StringComparison.Ordinal);
        if (part.Kind is not null) part.Path += "." + (part.Kind == FileKind.Jpeg ? "jpeg" : part.Kind.Extension);
    }

    /// <summary>A picture that a rule needs where the input had it in another place; null when there is none.</summary>
    public Part? PictureOf(string from, RawRelation raw)
    {
        if (raw.IsExternal || Resolve(from, raw.Target) is not { } name || !entries.ContainsKey(name)) return null;
        return bySource.TryGetValue(name, out var known) ? (known.Type == PartType.Picture ? known : null) : Make(PartType.Picture, name);
    }

    /// <summary>Relationships of a part that isn't kept itself.</summary>
    public (byte[] Bytes, List<RawRelation> Relations, string Name)? Peek(string from, RawRelation raw)
    {
        if (raw.IsExternal || Resolve(from, raw.Target) is not { } name || !entries.TryGetValue(name, out var entry)) return null;
        var slash = name.LastIndexOf('/') + 1;
        var rels = $"{name[..slash]}_rels/{name[slash..]}.rels";
        return (Read(entry), entries.TryGetValue(rels, out var found) ? PackageXml.ReadRelations(Read(found), rels) : [], name);
    }

    /// <summary>Adds a part that the input didn't have.</summary>
    public Part Add(PartType type, byte[] content)
    {
        var part = new Part(type, "", "", type.ContentType) { Bytes = content };
        Name(part);
        Parts.Add(part);
        toVisit.Enqueue(part);
        return part;
    }

    /// <summary>The picture that stands where none can.</summary>
    public Part Placeholder()
    {
        if (bySource.TryGetValue("\0placeholder", out var known)) return known;
        var part = new Part(PartType.Picture, "\0placeholder", "", "");
        media.Placeholder(part);
        return Enter(part);
    }

    private bool LeadsToInnerCache(string pivotTable)
    {
        var slash = pivotTable.LastIndexOf('/') + 1;
        if (!entries.TryGetValue($"{pivotTable[..slash]}_rels/{pivotTable[slash..]}.rels", out var rels)) return false;
        var cache = PackageXml.ReadRelations(Read(rels), rels.Name).Find(static r => Suffix(r.Type) == "pivotCacheDefinition");
        if (cache is null || cache.IsExternal || Resolve(pivotTable, cache.Target) is not { } name || !entries.TryGetValue(name, out var entry)) return false;
        if (!SheetBook.IsExternalCache(Read(entry), name)) return true;
        job.Remove("X-14", pivotTable, "a pivot table of an outside source");
        left[pivotTable] = "X-14";
        return false;
    }

    private Part? MakeStore(Part store)
    {
        if (Stores.Read(Read(entries[store.Source]), store.Source) is not { } content) return null;
        var slash = store.Source.LastIndexOf('/') + 1;
        if (!entries.TryGetValue($"{store.Source[..slash]}_rels/{store.Source[slash..]}.rels", out var rels)) return null;
        var properties = PackageXml.ReadRelations(Read(rels), rels.Name).Find(static r => Suffix(r.Type) == "customXmlProps" && !r.IsExternal);
        if (properties is null || Resolve(store.Source, properties.Target) is not { } name || !entries.TryGetValue(name, out var entry)) return null;
        if (Stores.IdOf(Read(entry), name) is not { } id || !boundStores.Contains(id)) return null;
        keptStores.Add(id);
        store.Bytes = content;
        Enter(store);
        var part = new Part(PartType.StoreProperties, name, "", PartType.StoreProperties.ContentType) { Bytes = Stores.Properties(id) };
        Enter(part);
        store.Relations.Add(new("rId1", properties.Type, part, null, null));
        return store;
    }

    private Relation LeaveBehind(string from, RawRelation raw)
    {
        var relation = Suffix(raw.Type);
        var name = raw.IsExternal ? null : Resolve(from == "_rels/.rels" ? "" : from, raw.Target);
        var threat = name is not null && left.TryGetValue(name, out var known) && known.Length > 0 ? known : PartType.ThreatOf(raw.Type, raw.IsExternal);
        var isDde = threat == "X-12" && relation == "externalLink" && Peek(from, raw) is { } link && (link.Bytes.AsSpan().IndexOf("ddeLink"u8) >= 0 || link.Bytes.AsSpan().IndexOf("oleLink"u8) >= 0);
        if (isDde) threat = "X-11";
        // Computed anew by every program: nobody misses it.
        if (relation != "calcChain") job.Remove(threat, from, $"{relation[(relation.LastIndexOf('/') + 1)..]} → {raw.Target}");
        if (name is not null) left.TryAdd(name, threat);
        return new(raw.Id, raw.Type, null, null, threat);
    }

    /// <summary>What is in the zip and is not written, told once: with its relationship, or here.</summary>
    private void TellRest()
    {
        foreach (var (name, entry) in entries)
        {
            if (bySource.ContainsKey(name) || left.ContainsKey(name) || name.Equals("[Content_Types].xml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)) continue;
            var type = TypeOf(name);
            var threat = entry.Name.Contains('\\', StringComparison.Ordinal) || entry.Name.Contains("..", StringComparison.Ordinal) ? "X-28"
                : type.Contains("vbaProject", StringComparison.OrdinalIgnoreCase) ? "X-01" : type.Contains("vbaData", StringComparison.OrdinalIgnoreCase) ? "X-02" : type.Contains("macrosheet", StringComparison.OrdinalIgnoreCase) ? "X-04"
                : type.Contains("activeX", StringComparison.OrdinalIgnoreCase) ? "X-09" : type.Contains("oleObject", StringComparison.OrdinalIgnoreCase) ? "X-06" : type.Contains("signature", StringComparison.OrdinalIgnoreCase) ? "X-31"
                : type.EndsWith("printerSettings", StringComparison.Ordinal) ? "X-23" : type.Contains("customXml", StringComparison.Ordinal) || name.StartsWith("customXml/", StringComparison.OrdinalIgnoreCase) ? "X-21" : "X-29";
            if (type.Contains("calcChain", StringComparison.OrdinalIgnoreCase)) continue;
            job.Remove(threat, name, type.Length > 0 ? $"a part that nothing leads to ({type})" : "a part that nothing leads to");
        }
    }

    /// <summary>The part that a target names, from where it is written; null when it is none.</summary>
    private static string? Resolve(string source, string target)
    {
        if (target.Length is 0 or > 1_024 || target.Contains('\\', StringComparison.Ordinal) || target.Contains('?', StringComparison.Ordinal) || target.Contains(':', StringComparison.Ordinal)) return null;
        var hash = target.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0) target = target[..hash];
        target = Uri.UnescapeDataString(target);
        var segments = new List<string>();
        if (!target.StartsWith('/')) segments.AddRange(source.Split('/')[..^1]);
        foreach (var segment in target.Split('/'))
        {
            if (segment.Length == 0 || segment == ".") continue;
            if (segment != "..") segments.Add(segment);
            else if (segments.Count > 0) segments.RemoveAt(segments.Count - 1);
            else return null;
        }
        return segments.Count == 0 ? null : string.Join('/', segments);
    }
}
