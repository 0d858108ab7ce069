using System.Collections.Immutable;
using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices;

/// <summary>One file while it is read: its text, the account of its lines, and what is wrong with it.</summary>
internal sealed class FileWork(string file, ConfigText text, CancellationToken cancel)
{
    private readonly List<ReadError> errors = [];
    private readonly Dictionary<int, (int Last, Touch Touches)> kept = [];

    public string File { get; } = file;

    public ConfigText Text { get; } = text;

    public LineLedger Ledger { get; } = new(text.LineCount);

    public CancellationToken Cancel { get; } = cancel;

    /// <summary>The file's name without folder and extension: the device's name where the file says none.</summary>
    public string NameFromFile
    {
        get
        {
            var name = Path.GetFileNameWithoutExtension(File);
            return name.Length > 0 ? name : File;
        }
    }

    public SourceRef At(int line, string of = "") => new(File, line, line, of);

    public SourceRef At(int first, int last, string of) => new(File, first, Math.Max(first, last), of);

    public SourceRef Implicit(string of) => SourceRef.Implicit(File, of);

    /// <summary>Lines that are not understood, with what they may change. Without this call a line left over may change the whole device.</summary>
    public void Keep(int first, int last, Touch touches)
    {
        Ledger.Add(first, last, Reading.NotUnderstood);
        kept[first] = (last, touches);
    }

    public void Error(string code, int line, Bilingual what, Bilingual next) =>
        errors.Add(new ReadError(code, line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}:{line}") : File, what, next));

    /// <summary>The file breaks off: whatever it would have said after this is missing.</summary>
    public void Truncated(int line)
    {
        Error(
            "ZON-READ-004",
            line,
            new("設定が途中で切れています。この行から始まるまとまりが閉じられていません。", "The configuration breaks off: what starts in this line is never closed."),
            new("機器から設定を取り直してください。この機器にかかる判定は「未評価」になります。", "Fetch the configuration again. Until then verdicts that need this device are \"not assessed\"."));
    }

    /// <summary>A group that holds itself, by itself or through others.</summary>
    public void Recursion(int line, string group)
    {
        Error(
            "ZON-READ-005",
            line,
            new($"グループ「{Short(group)}」が自分自身を含んでいます。", $"The group \"{Short(group)}\" contains itself."),
            new("設定を直してください。このグループの中身は「不明」として扱います。", "Correct the configuration. The group's members count as unknown."));
    }

    public static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    public ConfigReading Finish(IEnumerable<Device> devices)
    {
        var account = new LineAccount(File, Text.LineCount);
        var notUnderstood = 0;
        for (var line = 1; line <= Text.LineCount; line++)
        {
            switch (Ledger[line])
            {
                case Reading.Understood:
                    account.Understood(line);
                    break;
                case Reading.Structure or Reading.Irrelevant:
                    account.Irrelevant(line);
                    break;
                default:
                    if (Text.Line(line).Trim().IsEmpty)
                    {
                        account.Irrelevant(line);
                        break;
                    }

                    var (last, touches) = kept.TryGetValue(line, out var known) ? known : (line, new Touch.WholeDevice());
                    // A file of 100,000 strange lines needs no 100,000 entries: after a thousand, neighbours go together.
                    if (++notUnderstood > 1000 && !kept.ContainsKey(line))
                    {
                        while (last < Text.LineCount && Ledger[last + 1] is Reading.NotUnderstood or Reading.None && !kept.ContainsKey(last + 1))
                            last++;
                    }

                    var said = Text.Line(line).Trim().ToString();
                    account.Keep(new NotUnderstood(At(line, last, ""), said.Length > 200 ? said[..200] : said, touches));
                    line = Math.Max(line, last);
                    break;
            }
        }

        return new ConfigReading(File, [.. devices], account, [.. errors]);
    }
}

/// <summary>Named groups of addresses or services, resolved once each, with recursion found.</summary>
internal sealed class GroupResolver<T>(Func<string, GroupResolver<T>, T?> define, Func<string, T> recursion)
    where T : class
{
    /// <summary>Deeper nesting than devices allow (FortiOS 10, ASA 10, PAN-OS 6): hostile, and the stack is finite.</summary>
    private const int DepthLimit = 100;

    private readonly Dictionary<string, T?> known = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);

    /// <summary>The value of a name; null where nothing has that name.</summary>
    public T? Resolve(string name)
    {
        if (known.TryGetValue(name, out var value)) return value;
        if (open.Count >= DepthLimit || !open.Add(name)) return recursion(name);
        value = define(name, this);
        open.Remove(name);
        known[name] = value;
        return value;
    }
}
