using AngleSharp.Dom;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>The text of a letter's body (本文のテキスト化): of each piece the form that the rules say, and the other one too where it says something else.</summary>
internal sealed class BodyText(Letter letter, Job job)
{
    /// <summary>True when two forms of a piece said different things.</summary>
    public bool HasDifferentForms { get; private set; }

    /// <summary>Characters that were hidden from a reader of the HTML, and are in no text.</summary>
    public int Hidden { get; private set; }

    /// <summary>Lines end in LF.</summary>
    public string Read(bool keepsHtml) => string.Join("\n\n", letter.Bodies.ConvertAll(b => Of(b, keepsHtml)).Where(static t => t.Length > 0));

    private string Of(LetterBody body, bool keepsHtml)
    {
        var hasText = !string.IsNullOrWhiteSpace(body.Text);
        if (string.IsNullOrWhiteSpace(body.Html)) return body.Text ?? "";
        var (ofHtml, hidden) = Page(body.Html, tells: !keepsHtml);
        if (!keepsHtml)
        {
            Hidden += hidden;
            job.Remove("E-01", hasText ? "multipart/alternative" : "text/html", hasText ? "HTML form beside the text" : "HTML body, turned into text");
            if (hidden > 0) job.Note("SAN-NOTE-HIDDEN-TEXT", "html", $"HTML の本文に、画面に出ない文字が {hidden:N0} 字ありました。書き出していません。", $"The HTML had {hidden:N0} characters that nobody would have seen. They aren't written.");
        }
        if (!hasText) return ofHtml;
        if (!Alternatives.Differ(body.Text!, ofHtml)) return job.Policy.Mail.PrefersHtml && ofHtml.Length > 0 ? ofHtml : body.Text!;
        HasDifferentForms = true;
        if (!keepsHtml) job.Remove("E-13", "multipart/alternative", "an HTML form that says something else");
        job.Note("SAN-NOTE-ALTERNATIVES", "multipart/alternative", "本文のテキストと HTML で、書いてあることが違います。", "The text and the HTML of the body say different things.");
        // With the HTML kept, both are in the message anyway.
        if (keepsHtml) return body.Text!;
        var isJapanese = Texts.Languages.Tell(ofHtml) == "ja";
        var (first, second) = job.Policy.Mail.PrefersHtml ? (ofHtml, body.Text!) : (body.Text!, ofHtml);
        var head = (job.Policy.Mail.PrefersHtml, isJapanese) switch
        {
            (false, true) => "［HTML の本文］",
            (false, false) => "[The HTML of this message]",
            (true, true) => "［テキストの本文］",
            (true, false) => "[The text of this message]",
        };
        return $"{first}\n\n{head}\n{second}";
    }

    /// <summary>What the page says. One that is nested beyond all measure is read without its structure: nobody loses a letter for its layout.</summary>
    private (string Text, int Hidden) Page(string html, bool tells)
    {
        IDocument page;
        try
        {
            page = HtmlCleaner.Parse(html);
            if (tells) HtmlThreats.Tell(page, job);
            return HtmlText.Of(page, job);
        }
        catch (RefusedException e) when (e.Refusal.IsOf("SAN-HTML"))
        {
            job.Remove("H-09", "html", "HTML that nests without end, read without its structure");
            return (HtmlTags.Without(html, job.Budget), 0);
        }
    }
}
