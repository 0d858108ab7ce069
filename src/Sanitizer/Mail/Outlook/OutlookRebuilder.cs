using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Mail.Outlook;

/// <summary>Messages of Outlook (.msg, winmail.dat): read property by property, and a new message in MIME made of them.</summary>
internal sealed class OutlookRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds { get; } = [FileKind.Msg, FileKind.Tnef];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var message = kind == FileKind.Msg ? MsgReader.Read(untrusted, job) : TnefReader.Read(untrusted, job);
        new LetterRebuilder(MapiLetter.Of(message, job), job).Write(output);
        return new(FileKind.Eml, Outcome.Converted);
    }
}
