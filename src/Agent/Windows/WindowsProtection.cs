namespace Sekisho.Agent.Windows;

/// <summary>Whether malware protection runs with fresh definitions (不正プログラム対策).</summary>
internal static class WindowsProtection
{
    private const string Defender = @"SOFTWARE\Microsoft\Windows Defender", Signatures = Defender + @"\Signature Updates", RealTime = Defender + @"\Real-Time Protection";
    private const string Policy = @"SOFTWARE\Policies\Microsoft\Windows Defender";

    public static PostureFact Look(IMachine machine, PostureRules rules)
    {
        var running = machine.Processes();
        if (rules.WindowsProtection.FirstOrDefault(p => p.Processes.Any(n => running.Contains(n, StringComparer.OrdinalIgnoreCase))) is { } product)
            return Fact(Answer.Yes, $"{product.Name} が動いています（定義は製品が自分で更新します）。", $"{product.Name} is running (it keeps its own definitions).", "processes");
        if (!running.Contains("MsMpEng", StringComparer.OrdinalIgnoreCase))
            return Fact(Answer.No, "知っている対策ソフトは動いていません。", "No malware protection that is known here is running.", "processes");
        if (WindowsMedia.IsOn(machine, Policy, "DisableAntiSpyware") || WindowsMedia.IsOn(machine, $@"{Policy}\Real-Time Protection", "DisableRealtimeMonitoring") || WindowsMedia.IsOn(machine, RealTime, "DisableRealtimeMonitoring"))
            return Fact(Answer.No, "Microsoft Defender の常時監視が無効です。", "Microsoft Defender's real-time protection is off.", RealTime);
        var bytes = machine.Value(Signatures, "AVSignatureApplied").OrNull()?.Bytes ?? machine.Value(Signatures, "SignaturesLastUpdated").OrNull()?.Bytes;
        if (bytes is not { Length: 8 } || WindowsPatches.Time(BitConverter.ToInt64(bytes)) is not { } made)
            return Fact(Answer.Unknown, "Microsoft Defender は動いていますが、定義の日付を読めません。", "Microsoft Defender is running, but the date of its definitions can't be read.", Signatures);
        var days = (int)(machine.Now - made).TotalDays;
        return Fact(days <= rules.Days.Signatures ? Answer.Yes : Answer.No, $"Microsoft Defender が動いています。定義は {days} 日前のものです。", $"Microsoft Defender is running; its definitions are {days} days old.", Signatures);
    }

    private static PostureFact Fact(Answer answer, string ja, string en, params IReadOnlyList<string> read) => PostureFact.Of(PostureKeys.MalwareProtected, answer, new(ja, en), read);
}
