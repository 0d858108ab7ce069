using System.Collections.Frozen;

namespace Sekisho.Sanitizer.Markup;

/// <summary>What of HTML may stay (HTML の許可リスト).</summary>
internal static class HtmlElements
{
    public static readonly FrozenSet<string> Kept = (
        "h1 h2 h3 h4 h5 h6 p div span br hr a b i u s em strong small sub sup mark del ins q blockquote pre code kbd samp var cite abbr dfn time address article section aside header footer nav main figure figcaption hgroup " +
        "ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td img ruby rt rp rb rtc bdi wbr font center tt big strike acronym details summary").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static readonly FrozenSet<string> Void = "br hr img col wbr".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>With all that is in them, and the threat that each is.</summary>
    public static readonly FrozenDictionary<string, string> Dropped = new Dictionary<string, string>
    {
        ["script"] = "H-01", ["noscript"] = "H-09", ["template"] = "H-09", ["svg"] = "H-09", ["math"] = "H-09", ["xml"] = "H-08",
        ["iframe"] = "H-04", ["frame"] = "H-04", ["frameset"] = "H-04", ["noframes"] = "H-04", ["object"] = "H-04", ["embed"] = "H-04", ["applet"] = "H-04", ["base"] = "H-04", ["link"] = "H-04", ["meta"] = "H-04", ["portal"] = "H-04", ["noembed"] = "H-04",
        ["param"] = "H-04", ["bgsound"] = "H-04", ["layer"] = "H-04", ["ilayer"] = "H-04", ["audio"] = "H-04", ["video"] = "H-04", ["source"] = "H-06", ["track"] = "H-04", ["canvas"] = "H-04",
        ["input"] = "H-05", ["select"] = "H-05", ["option"] = "H-05", ["optgroup"] = "H-05", ["datalist"] = "H-05", ["textarea"] = "H-05", ["keygen"] = "H-05", ["isindex"] = "H-05",
        ["area"] = "H-03", ["map"] = "H-03", ["style"] = "H-07", ["title"] = "", ["plaintext"] = "H-09", ["xmp"] = "H-09", ["listing"] = "H-09",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Their content stays without them; forms are told.</summary>
    public static readonly FrozenSet<string> Forms = "form button label fieldset legend output meter progress".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Attributes without an address in them.</summary>
    public static readonly FrozenSet<string> Attributes = (
        "id class title lang dir align valign width height border cellpadding cellspacing colspan rowspan bgcolor color face size span start type value reversed scope headers summary abbr datetime alt nowrap rules frame " +
        "hspace vspace clear compact noshade char charoff axis open bordercolor").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Attributes whose value is an address that is fetched or followed.</summary>
    public static readonly FrozenSet<string> Addresses = "href src srcset background poster action formaction data codebase cite longdesc usemap profile classid archive icon manifest ping dynsrc lowsrc xlink:href imagesrcset".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Begin on a line of their own in plain text.</summary>
    public static readonly FrozenSet<string> Blocks = "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption tr pre blockquote address article section aside header footer nav main figure figcaption hr center details summary form fieldset body".Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
