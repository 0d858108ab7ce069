using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Ooxml.Encryption;

/// <summary>Opens a password-protected document with the passwords that were given and rebuilds what is inside; what comes out has no password.</summary>
internal sealed class EncryptedOfficeRebuilder : IRebuilder
{
    // Excel writes it into workbooks that are only meant to be read-only; it protects nothing.
    private const string NoSecret = "VelvetSweatshop";

    private readonly OoxmlRebuilder inner = new();

    public IEnumerable<FileKind> Kinds => [FileKind.EncryptedOffice];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var file = CompoundFile.Read(untrusted, job.Budget.Limits.InMemoryBytes);
        var info = file.Find("EncryptionInfo") ?? throw OoxmlRefusals.Encryption("EncryptionInfo がありません", "there is no EncryptionInfo");
        var header = file.ReadStream(info, 1 << 20);
        var package = file.ReadStream(file.Find("EncryptedPackage")!, job.Budget.Limits.InMemoryBytes);
        foreach (var password in job.Passwords.Append(NoSecret))
        {
            if (OfficeCrypto.Open(header, package, password, job.Budget) is not { } plain) continue;
            job.Budget.Expand(plain.Length, "EncryptedPackage");
            job.Remove("X-32", "", "encryption by a password");
            return Inside(Source.Of(plain), output, job);
        }
        throw Refusals.Password(kind);
    }

    private Written Inside(Source plain, Scratch output, Job job)
    {
        var kind = KindDetector.Detect(plain, "");
        if (job.Policy.For(kind) == Treatment.Refuse) throw Refusals.ByPolicy(kind);
        if (kind.IsOoxml) return inner.Rebuild(plain, kind, output, job);
        // Others that are locked the same way (xlsb) go to their own rebuilder.
        using var done = kind.Family == FileFamily.LegacyOffice ? job.Part("EncryptedPackage", plain, k => k == kind) : null;
        if (done is null) throw Refusals.NotRebuildable(kind);
        done.Content!.AsSource().Open().CopyTo(output);
        return new(done.Kind, done.Report.Outcome);
    }
}
