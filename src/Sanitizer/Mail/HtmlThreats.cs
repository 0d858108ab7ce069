using AngleSharp.Dom;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Tells what an HTML body had that its text doesn't have (メールの HTML 本文).</summary>
internal static class HtmlThreats
{
    public static void Tell(IDocument page, Job job)
    {
        foreach (var element in page.All)
        {
            job.Budget.Check();
            switch (element.LocalName)
            {
                case "script":
                    job.Remove("H-01", "html", "script");
                    break;
                case "iframe" or "frame" or "object" or "embed" or "applet":
                    job.Remove("H-04", "html", element.LocalName);
                    break;
                case "form" or "input" or "button" or "select" or "textarea":
                    job.Remove("H-05", "html", element.LocalName);
                    break;
                case "img" when element.GetAttribute("src")?.Contains("//", StringComparison.Ordinal) == true:
                    job.Remove("E-02", "html", "remote picture");
                    break;
                case "a" when element.GetAttribute("href")?.Trim() is { Length: > 0 } target && target[0] != '#':
                    Link(element.TextContent.Trim(), target, job);
                    break;
            }
            if (element.Attributes.Any(static a => a.Name.StartsWith("on", StringComparison.Ordinal))) job.Remove("H-02", "html", "event handler");
        }
    }

    private static void Link(string shown, string target, Job job)
    {
        if (!job.Policy.Allows(target)) job.Remove("H-03", "html", "link that is not allowed");
        if (new LinkTarget(target, job.Policy).IsContradictedBy(shown)) job.Remove("E-18", "html", "link text that differs from its target");
    }
}
