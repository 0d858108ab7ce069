using System.Collections.Frozen;
using System.Text;
using System.Xml;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Drawings in SVG: shapes, text, gradients and filters by allow list, pictures rebuilt. No script, no handlers, no animation, nothing from elsewhere.</summary>
internal sealed class SvgRebuilder : IRebuilder
{
    private const string Svg = "http://www.w3.org/2000/svg", XLink = "http://www.w3.org/1999/xlink", Xml = "http://www.w3.org/XML/1998/namespace";
    private const int MostDepth = 256;

    private static readonly FrozenSet<string> Elements = (
        "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath image linearGradient radialGradient stop pattern clipPath mask marker switch style a view filter " +
        "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology " +
        "feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Attributes = (
        "id class width height viewBox preserveAspectRatio version x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points transform pathLength rotate textLength lengthAdjust startOffset method spacing side offset gradientUnits gradientTransform spreadMethod " +
        "patternUnits patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight refX refY orient filterUnits primitiveUnits in in2 result type values tableValues slope intercept amplitude exponent " +
        "mode operator k1 k2 k3 k4 stdDeviation edgeMode kernelMatrix order divisor bias targetX targetY preserveAlpha surfaceScale diffuseConstant specularConstant specularExponent kernelUnitLength azimuth elevation z pointsAtX pointsAtY pointsAtZ limitingConeAngle scale " +
        "xChannelSelector yChannelSelector radius baseFrequency numOctaves seed stitchTiles " +
        "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset stop-color stop-opacity opacity color display visibility overflow clip-path clip-rule mask filter marker-start marker-mid marker-end marker " +
        "flood-color flood-opacity lighting-color color-interpolation color-interpolation-filters color-rendering shape-rendering text-rendering image-rendering vector-effect paint-order mix-blend-mode isolation " +
        "font-family font-size font-size-adjust font-style font-weight font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift writing-mode glyph-orientation-vertical direction kerning " +
        "enable-background systemLanguage space lang").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public IEnumerable<FileKind> Kinds => [FileKind.Svg];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var to = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        var dropped = new Dropped();
        try
        {
            using var reader = XmlSource.Open(MarkupText.Decode(untrusted, job), job, "S-06");
            // Comments and instructions before the root: a style sheet there would be fetched.
            while (reader.Read() && reader.NodeType != XmlNodeType.Element)
            {
                if (reader.NodeType == XmlNodeType.ProcessingInstruction) job.Remove("S-05", "", "processing instruction");
                else if (reader.NodeType == XmlNodeType.Comment) job.Remove("G-05", "", "comment");
            }
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "svg" || reader.NamespaceURI is not (Svg or "")) throw Refusals.Broken("", "SAN-SVG-001", "SVG ではありません", "it is no SVG");
            var repeats = new SvgRepeats();
            Element(reader, reader.NamespaceURI, to, dropped, repeats, job);
            repeats.Check();
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element) throw XmlSource.Broken();
                if (reader.NodeType == XmlNodeType.ProcessingInstruction) job.Remove("S-05", "", "processing instruction");
            }
        }
        catch (XmlException)
        {
            throw XmlSource.Broken();
        }
        to.Append('\n');
        output.Write(Encoding.UTF8.GetBytes(to.ToString()));
        dropped.Tell(job);
        return new(kind, Outcome.Rebuilt);
    }

    /// <summary>Writes the element that the reader stands on, and leaves it on its end.</summary>
    private static void Element(XmlReader reader, string space, StringBuilder to, Dropped dropped, SvgRepeats repeats, Job job)
    {
        job.Budget.Check();
        if (reader.Depth > MostDepth) throw Refusals.Broken("", "SAN-XML-004", "入れ子が深すぎます", "it is nested too deeply");
        var name = reader.LocalName;
        var isEmpty = reader.IsEmptyElement;
        var isRoot = reader.Depth == 0;
        to.Append('<').Append(name);
        if (isRoot) to.Append(" xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
        var isLinked = false;
        repeats.Enter(reader.GetAttribute("id"));
        while (reader.MoveToNextAttribute())
        {
            repeats.See(reader.LocalName, reader.Value);
            Attribute(reader, name, to, dropped, job, ref isLinked);
        }
        reader.MoveToElement();
        if (isEmpty)
        {
            to.Append("/>");
            repeats.Leave();
            return;
        }
        to.Append('>');
        var css = name == "style" ? new StringBuilder() : null;
        while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    if (css is not null) css.Append(reader.Value);
                    else XmlText.Write(to, reader.Value, false, dropped);
                    break;
                case XmlNodeType.Element when css is null && reader.NamespaceURI == space && Elements.Contains(reader.LocalName):
                    Element(reader, space, to, dropped, repeats, job);
                    break;
                case XmlNodeType.Element:
                    job.Remove(Threat(reader), "", reader.NamespaceURI == space && reader.LocalName.Length < 40 ? reader.LocalName : "element of another namespace");
                    Leave(reader);
                    break;
                case XmlNodeType.ProcessingInstruction:
                    job.Remove("S-05", "", "processing instruction");
                    break;
                case XmlNodeType.Comment:
                    job.Remove("G-05", "", "comment");
                    break;
            }
        }
        if (css is not null) XmlText.Write(to, CssCleaner.Sheet(css.ToString(), job, allowsFragments: true), false, dropped);
        to.Append("</").Append(name).Append('>');
        repeats.Leave();
    }

    // Skip() would stand on the node behind, which the loop's Read() would pass over.
    private static void Leave(XmlReader reader)
    {
        if (reader.IsEmptyElement) return;
        var depth = reader.Depth;
        while (reader.Read() && !(reader.NodeType == XmlNodeType.EndElement && reader.Depth == depth))
        {
        }
    }

    private static string Threat(XmlReader reader) => reader.LocalName switch
    {
        "script" => "S-01",
        "foreignObject" or "iframe" or "embed" or "object" or "audio" or "video" or "canvas" or "handler" or "listener" => "S-04",
        "animate" or "set" or "animateTransform" or "animateMotion" or "animateColor" or "mpath" or "discard" => "S-07",
        "feImage" or "font-face" or "font-face-src" or "font-face-uri" or "cursor" or "color-profile" or "tref" => "S-05",
        "metadata" => "G-07",
        _ => reader.NamespaceURI == "http://www.w3.org/1999/xhtml" ? "S-04" : "G-07",
    };

    private static void Attribute(XmlReader reader, string element, StringBuilder to, Dropped dropped, Job job, ref bool isLinked)
    {
        var (name, space, value) = (reader.LocalName, reader.NamespaceURI, reader.Value);
        if (space == "http://www.w3.org/2000/xmlns/") return;
        if (space == XLink && name != "href") return;
        if (name == "href" && (space is "" or XLink))
        {
            // Both forms of it may stand; one is written.
            if (!isLinked) isLinked = Link(element, value.Trim(), to, dropped, job);
            return;
        }
        if (space == Xml && (name is "space" or "lang"))
        {
            Write($"xml:{name}", value, to, dropped);
            return;
        }
        if (space.Length > 0) return; // settings of editors
        if (name == "style")
        {
            if (CssCleaner.Declarations(value, job, allowsFragments: true) is { Length: > 0 } style) Write("style", style, to, dropped);
            return;
        }
        if (name.StartsWith("on", StringComparison.OrdinalIgnoreCase))
        {
            job.Remove("S-02", "", name.Length < 40 ? name : "handler");
            return;
        }
        if (!Attributes.Contains(name)) return;
        if (!IsHarmless(value))
        {
            job.Remove("S-05", "", name);
            return;
        }
        Write(name, value, to, dropped);
    }

    // url(#gradient) and nothing else that leads anywhere.
    private static bool IsHarmless(string value)
    {
        if (value.Contains('\\', StringComparison.Ordinal) || value.Contains("javascript:", StringComparison.OrdinalIgnoreCase) || value.Contains("expression", StringComparison.OrdinalIgnoreCase)) return false;
        for (var at = 0; (at = value.IndexOf("url", at, StringComparison.OrdinalIgnoreCase)) >= 0; at += 3)
        {
            var rest = value.AsSpan(at + 3).TrimStart();
            if (rest.IsEmpty || rest[0] != '(') continue;
            var inner = rest[1..].TrimStart().TrimStart('"').TrimStart('\'');
            if (inner.IsEmpty || inner[0] != '#') return false;
        }
        return true;
    }

    private static bool Link(string element, string value, StringBuilder to, Dropped dropped, Job job)
    {
        var kept = value.Length > 1 && value[0] == '#' ? value
            : element == "image" && value.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? DataPicture.Clean(value, job)
            : element == "a" && job.Policy.Allows(value) ? value : null;
        if (kept is null)
        {
            job.Remove(value.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || value.Contains("script:", StringComparison.OrdinalIgnoreCase) ? "S-03" : "S-05", "", $"href of {element}");
            return false;
        }
        Write("xlink:href", kept, to, dropped);
        return true;
    }

    private static void Write(string name, string value, StringBuilder to, Dropped dropped)
    {
        to.Append(' ').Append(name).Append("=\"");
        XmlText.Write(to, value, true, dropped);
        to.Append('"');
    }
}
