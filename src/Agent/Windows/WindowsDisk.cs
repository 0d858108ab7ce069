namespace Sekisho.Agent.Windows;

/// <summary>Whether the system drive of a Windows machine is encrypted (ディスクの暗号化), as the starting system noted it.</summary>
internal static class WindowsDisk
{
    private const string Status = @"SYSTEM\CurrentControlSet\Control\BitlockerStatus";

    public static PostureFact Look(IMachine machine) => WindowsMedia.Number(machine, Status, "BootStatus") switch
    {
        1 => PostureFact.Of(PostureKeys.DiskEncrypted, Answer.Yes, new("起動時に、システムドライブは BitLocker で保護されていました。", "The system drive was protected by BitLocker when the machine started."), $@"{Status}\BootStatus"),
        0 => PostureFact.Of(PostureKeys.DiskEncrypted, Answer.No, new("起動時に、システムドライブは BitLocker で保護されていませんでした。", "The system drive was not protected by BitLocker when the machine started."), $@"{Status}\BootStatus"),
        _ => PostureFact.Of(PostureKeys.DiskEncrypted, Answer.Unknown, new("BitLocker の状態が記録されていません。ほかの暗号化製品を使っている場合は、その管理画面で確かめてください。", "No state of BitLocker is noted. Where another product encrypts, its console says."), $@"{Status}\BootStatus"),
    };
}
