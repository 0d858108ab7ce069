using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Drawing.Shapes;

/// <summary>Coordinate systems of maps (座標系、prj): well-known text, read node by node and written anew in one line.</summary>
/// <remarks>Source: OGC 01-009 §7.2 (WKT 1, as ESRI writes it) and ISO 19162 (WKT 2). Extensions, remarks and addresses don't come out.</remarks>
internal sealed class CoordinateSystemRebuilder : IRebuilder
{
    private const int MostBytes = 1 << 20, MostDepth = 20, MostNodes = 2000, MostText = 400;

    /// <summary>Nodes that a file may begin with.</summary>
    public static readonly string[] Roots = ["PROJCS", "GEOGCS", "GEOCCS", "COMPD_CS", "VERT_CS", "VERTCS", "LOCAL_CS", "PROJCRS", "GEOGCRS", "GEODCRS", "COMPOUNDCRS", "VERTCRS"];

    private static readonly FrozenSet<string> Nodes = (
        "PROJCS GEOGCS GEOCCS COMPD_CS VERT_CS VERTCS LOCAL_CS DATUM VERT_DATUM VDATUM LOCAL_DATUM SPHEROID PRIMEM UNIT LINUNIT PROJECTION PARAMETER AXIS TOWGS84 AUTHORITY " +
        "PROJCRS GEOGCRS GEODCRS COMPOUNDCRS VERTCRS BASEGEOGCRS BASEGEODCRS ELLIPSOID CONVERSION METHOD CS ORDER ANGLEUNIT LENGTHUNIT SCALEUNIT ID ENSEMBLE MEMBER ENSEMBLEACCURACY DYNAMIC FRAMEEPOCH").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public IEnumerable<FileKind> Kinds => [FileKind.CoordinateSystem];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        if (untrusted.Length > MostBytes) throw Broken();
        var reading = new Reading(MarkupText.Decode(untrusted, job), job);
        output.Write(Encoding.UTF8.GetBytes(reading.Whole()));
        return new(kind, Outcome.Rebuilt);
    }

    private static RefusedException Broken() => Refusals.Broken("", "SAN-PRJ-001", "座標系の書き方が仕様と合いません", "the coordinate system is against its specification");

    private sealed class Reading(string text, Job job)
    {
        private int at, nodes;

        public string Whole()
        {
            var to = new StringBuilder();
            if (!Node(to, 0) || to.Length == 0) throw Broken();
            Blanks();
            return at == text.Length ? to.ToString() : throw Broken();
        }

        /// <summary>False when the node isn't one that stays.</summary>
        private bool Node(StringBuilder to, int depth)
        {
            if (depth > MostDepth || ++nodes > MostNodes) throw Broken();
            var name = Word();
            Blanks();
            if (name.Length == 0 || at >= text.Length || text[at] is not ('[' or '(')) throw Broken();
            var end = text[at++] == '[' ? ']' : ')';
            var own = new StringBuilder(name).Append('[');
            for (var first = true; ; first = false)
            {
                var length = own.Length;
                if (!first) own.Append(',');
                if (!Value(own, depth)) own.Length = length;
                Blanks();
                if (at >= text.Length) throw Broken();
                if (text[at] == end) break;
                if (text[at++] != ',') throw Broken();
            }
            at++;
            if (!Nodes.Contains(name))
            {
                job.Remove("G-05", "", name.Length < 40 ? name : "node");
                return false;
            }
            to.Append(own).Append(']');
            return true;
        }

        private bool Value(StringBuilder to, int depth)
        {
            Blanks();
            if (at >= text.Length) throw Broken();
            if (text[at] == '"')
            {
                to.Append('"').Append(Quoted().Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
                return true;
            }
            if (char.IsAsciiDigit(text[at]) || text[at] is '-' or '+' or '.')
            {
                var start = at;
                while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is '-' or '+' or '.' or 'e' or 'E')) at++;
                var number = text[start..at];
                if (number.Length > 40 || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) throw Broken();
                to.Append(number);
                return true;
            }
            var before = at;
            var word = Word();
            if (word.Length == 0) throw Broken();
            Blanks();
            if (at < text.Length && text[at] is '[' or '(')
            {
                at = before;
                return Node(to, depth + 1);
            }
            to.Append(word); // EAST, NORTH, ellipsoidal …
            return true;
        }

        private string Word()
        {
            Blanks();
            var start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
            return at - start <= 60 ? text[start..at].ToUpperInvariant() : throw Broken();
        }

        private string Quoted()
        {
            var content = new StringBuilder();
            for (at++; ; at++)
            {
                if (at >= text.Length || content.Length > MostText) throw Broken();
                if (text[at] != '"') content.Append(text[at]);
                else if (at + 1 < text.Length && text[at + 1] == '"') content.Append(text[at++]);
                else break;
            }
            at++;
            var raw = content.ToString();
            var clean = Characters.Clean(raw).ReplaceLineEndings(" ");
            if (clean.Length != raw.Length) job.Remove("C-04", "", "control or direction characters");
            return clean;
        }

        private void Blanks()
        {
            while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n') at++;
        }
    }
}
