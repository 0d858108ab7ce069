using System.Globalization;
using System.Net;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Web.Pages.Zones;

/// <summary>Draws a <see cref="MapLayout"/> as SVG. In code: Razor keeps SVG's <c>text</c> for itself.</summary>
internal sealed class MapDrawing(MapLayout layout, Func<Bilingual, string> speak)
{
    private readonly StringBuilder svg = new();

    public string Draw()
    {
        Say($"<svg viewBox=\"0 0 {layout.Width} {layout.Height}\" width=\"{layout.Width}\" height=\"{layout.Height}\" role=\"group\" aria-label=\"{Text(speak(new("領域の図", "Map of the zones")))}\"><defs>");
        foreach (var head in (string[])["bad", "good"])
            Say($"<marker id=\"zone-head-{head}\" viewBox=\"0 0 10 10\" refX=\"8\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path class=\"zone-head-{head}\" d=\"M0 0 10 5 0 10z\"/></marker>");
        Say($"</defs>");
        foreach (var band in layout.Bands) Draw(band);
        foreach (var device in layout.Devices) Draw(device);
        foreach (var arrow in layout.Arrows) Draw(arrow);
        Say($"</svg>");
        return svg.ToString();
    }

    private void Draw(MapBand band)
    {
        var top = MapLayout.Top(band.Index);
        Say($"<g class=\"zone-band zone-band-{band.Zone.Kind.ToString().ToLowerInvariant()}\"><rect x=\"1\" y=\"{top}\" width=\"{layout.Width - 2}\" height=\"{MapLayout.Band}\" rx=\"6\"/>");
        Say($"<text x=\"16\" y=\"{top + 23}\" class=\"zone-band-name\" lang=\"ja\">{Short(band.Zone.Name)}</text>");
        // A zone that is called what it is needs no second line.
        if (ZonePageBase.Word(band.Zone.Kind) is var kind && speak(kind) != band.Zone.Name) Say($"<text x=\"16\" y=\"{top + 42}\" class=\"zone-band-kind\">{Text(speak(kind))}</text>");
        Say($"</g>");
    }

    private void Draw(MapDevice device)
    {
        var y = MapLayout.Top(device.Gap) + MapLayout.Band + ((MapLayout.Gap - MapLayout.DeviceHeight) / 2);
        var middle = device.X + (MapLayout.DeviceWidth / 2);
        Say($"<g class=\"zone-device\">");
        foreach (var band in device.Touches)
        {
            var above = band <= device.Gap;
            var end = above ? MapLayout.Top(band) + MapLayout.Band : MapLayout.Top(band);
            Say($"<path d=\"M{middle} {(above ? y : y + MapLayout.DeviceHeight)}V{end}\"/><circle cx=\"{middle}\" cy=\"{end}\" r=\"4\"/>");
        }
        Say($"<rect x=\"{device.X}\" y=\"{y}\" width=\"{MapLayout.DeviceWidth}\" height=\"{MapLayout.DeviceHeight}\" rx=\"4\"/><text x=\"{middle}\" y=\"{y + 15}\" class=\"zone-device-name\">{Short(device.Name, 13)}<title>{Text(device.Name)}</title></text><text x=\"{middle}\" y=\"{y + 28}\" class=\"zone-device-vendor\">{Text(ZonePageBase.Product(device.Vendor))}</text></g>");
    }

    private void Draw(MapArrow arrow)
    {
        var down = arrow.From < arrow.To;
        var (from, to) = down ? (MapLayout.Top(arrow.From) + MapLayout.Band, MapLayout.Top(arrow.To) - 1) : (MapLayout.Top(arrow.From), MapLayout.Top(arrow.To) + MapLayout.Band + 1);
        // In the gap beside the band that it leaves.
        var label = down ? from + (MapLayout.Gap / 2) + 5 : from - (MapLayout.Gap / 2) + 5;
        var head = arrow.IsViolation ? "bad" : "good";
        Say($"<g class=\"zone-arrow is-{head}\"><path d=\"M{arrow.X} {from}V{to}\" {(arrow.Back > 0 ? $"marker-start=\"url(#zone-head-{head})\" " : "")}marker-end=\"url(#zone-head-{head})\"/>");
        if (arrow.IsViolation)
            Say($"<a href=\"#{Text(arrow.Anchor)}\" aria-label=\"{Text(speak(new($"違反 {arrow.Count} 通り", $"{arrow.Count} violations")))}\"><rect x=\"{arrow.X + 7}\" y=\"{label - 16}\" width=\"{arrow.Width - 12}\" height=\"22\" rx=\"4\"/><text x=\"{arrow.X + 12}\" y=\"{label}\">{arrow.Label}</text></a></g>");
        else
            Say($"<text x=\"{arrow.X + 8}\" y=\"{label}\">{arrow.Label}<title>{Text(speak(arrow.Back > 0 ? new($"認めた通信 {arrow.Count} 件、逆向きに {arrow.Back} 件", $"{arrow.Count} allowed flows, {arrow.Back} back") : new($"認めた通信 {arrow.Count} 件", $"{arrow.Count} allowed flows")))}</title></text></g>");
    }

    private void Say(FormattableString markup) => svg.Append(markup.ToString(CultureInfo.InvariantCulture));

    private static string Short(string name, int most = 14) => Text(name.Length <= most ? name : name[..(most - 1)] + "…");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
