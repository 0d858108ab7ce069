using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Pages (HTML): parsed as browsers do, and written anew in UTF-8; in the mode text, their text.</summary>
internal sealed class HtmlRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Html];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var text = MarkupText.Decode(untrusted, job, isLenient: true);
        if (job.Policy.Mode == SanitizeMode.Text)
        {
            output.Write([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(HtmlText.Of(text, job).Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n")]);
            return new(FileKind.Text, Outcome.Text);
        }
        output.Write(Encoding.UTF8.GetBytes(new HtmlCleaner(job).Clean(text)));
        return new(kind, Outcome.Rebuilt);
    }
}
