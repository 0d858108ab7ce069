using System.Globalization;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Agent.Linux;

/// <summary>Whether malware protection runs with fresh definitions (不正プログラム対策).</summary>
internal static class LinuxProtection
{
    public static PostureFact Look(IMachine machine, PostureRules rules)
    {
        var running = machine.Processes().ToHashSet(StringComparer.Ordinal);
        var products = rules.Protection.Where(p => p.Processes.Any(n => running.Contains(n.Length > 15 ? n[..15] : n))).ToList();
        if (products.Count == 0) return PostureFact.Of(PostureKeys.MalwareProtected, Answer.No, new("知っている対策ソフトは動いていません。", "No malware protection that is known here is running."), "/proc");
        var unclear = (PostureFact?)null;
        foreach (var product in products)
        {
            if (product.Signatures is not { Count: > 0 } files)
                return PostureFact.Of(PostureKeys.MalwareProtected, Answer.Yes, new($"{product.Name} が動いています（定義は製品が自分で更新します）。", $"{product.Name} is running (it keeps its own definitions)."), "/proc");
            var made = files.Select(f => (File: f, At: SignaturesOf(machine, f))).Where(x => x.At is not null).OrderByDescending(x => x.At).FirstOrDefault();
            if (made.At is not { } at)
            {
                unclear = PostureFact.Of(PostureKeys.MalwareProtected, Answer.Unknown, new($"{product.Name} は動いていますが、定義ファイルの日付を読めません。", $"{product.Name} is running, but the date of its definitions can't be read."), [.. files]);
                continue;
            }
            var days = (int)(machine.Now - at).TotalDays;
            var says = new Bilingual($"{product.Name} が動いています。定義は {days} 日前のものです。", $"{product.Name} is running; its definitions are {days} days old.");
            return PostureFact.Of(PostureKeys.MalwareProtected, days <= rules.Days.Signatures ? Answer.Yes : Answer.No, says, made.File);
        }
        return unclear!;
    }

    /// <summary>ClamAV's databases begin with "ClamAV-VDB:14 Nov 2026 07-30 +0000:…": when they were made, not when they were copied here.</summary>
    private static DateTimeOffset? SignaturesOf(IMachine machine, string file)
    {
        if (machine.Open(file).OrNull() is not { } stream) return null;
        using (stream)
        {
            var head = new byte[512];
            var text = Encoding.ASCII.GetString(head, 0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
            return text.Split(':') is ["ClamAV-VDB", var made, ..] && DateTimeOffset.TryParseExact(made, "dd MMM yyyy HH-mm zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null;
        }
    }
}
