using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests;

/// <summary>The engine in this process, without its worker: for tests of what comes out.</summary>
internal static class Bench
{
    private static readonly Disarmer Engine = new(Rebuilders.All, new NoConverter(), TimeProvider.System);

    /// <summary>One file through the engine.</summary>
    public static Result Run(string name, ReadOnlyMemory<byte> content, SanitizePolicy? policy = null, params string[] passwords) => Run(Engine, name, content, policy, passwords);

    public static Result Run(Disarmer engine, string name, ReadOnlyMemory<byte> content, SanitizePolicy? policy = null, params string[] passwords)
    {
        using var done = engine.Run(name, Source.Of(content), policy ?? SanitizePolicy.Default, passwords, null);
        return new(done.Report, done.Content is null ? null : [.. done.Content.AsSource().Whole(long.MaxValue).Span], done.Kind);
    }

    /// <summary>A message as a gateway brings it.</summary>
    public static Result Mail(ReadOnlyMemory<byte> content, MailOrder? order = null, SanitizePolicy? policy = null, params string[] passwords)
    {
        using var done = Engine.Run("message.eml", Source.Of(content), policy ?? SanitizePolicy.Default, passwords, null, order ?? new MailOrder());
        return new(done.Report, done.Content is null ? null : [.. done.Content.AsSource().Whole(long.MaxValue).Span], done.Kind) { Apart = [.. done.Apart?.Parts.Select(static p => p.Whole(long.MaxValue).ToArray()) ?? []] };
    }

    /// <summary>A policy that differs from the default in these lines of YAML.</summary>
    public static SanitizePolicy Policy(string yaml) => PolicyFile.Read(yaml).Policy ?? throw new ArgumentException("not a policy", nameof(yaml));

    /// <summary>The folder <c>../shared/corpus/files</c>; null where it is absent.</summary>
    public static string? Corpus
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Sekisho.slnx"))) folder = Path.GetDirectoryName(folder);
            // A second checkout beside the first finds the same folder.
            var corpus = folder is null ? null : Path.Combine(Path.GetDirectoryName(folder)!, "shared", "corpus", "files");
            return Directory.Exists(corpus) ? corpus : null;
        }
    }
}

/// <summary>What came out of the bench.</summary>
internal sealed record Result(FileReport Report, byte[]? Bytes, FileKind Kind)
{
    /// <summary>Files that came out beside it.</summary>
    public IReadOnlyList<byte[]> Apart { get; init; } = [];

    /// <summary>What came out; fails the test when nothing did.</summary>
    public byte[] Out => Bytes ?? throw new InvalidOperationException($"refused: {Report.Refusal?.Code} {Report.Refusal?.What.En} {Report.Refusal?.Place}");

    public IEnumerable<string> Threats => Report.Removed.Select(static r => r.Threat).Distinct();
}
