namespace Sekisho.Agent.Windows;

/// <summary>Whether signing in to a Windows machine takes two factors (多要素認証).</summary>
internal static class WindowsSignIn
{
    internal const string System = @"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
    private const string Filters = @"SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\Credential Provider Filters", Providers = @"SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\Credential Providers";
    private const string Automatic = @"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";

    /// <summary>The filter that Windows brings itself.</summary>
    private const string OwnFilter = "{DDC0EED2-ADBE-40b6-A217-EDE16A79A0DE}";

    public static PostureFact Look(IMachine machine)
    {
        if (machine.Value(Automatic, "AutoAdminLogon").OrNull() is { } automatic && (automatic.Text == "1" || automatic.Number == 1))
            return PostureFact.Of(PostureKeys.TwoFactor, Answer.No, new("自動サインインが有効です。", "Automatic sign-in is on."), $@"{Automatic}\AutoAdminLogon");
        if (WindowsMedia.IsOn(machine, System, "scforceoption"))
            return PostureFact.Of(PostureKeys.TwoFactor, Answer.Yes, new("スマートカード（または Windows Hello for Business）が必須です。", "A smart card (or Windows Hello for Business) is required."), $@"{System}\scforceoption");
        // Sign-in products put themselves before Windows' own ways by a filter; what they ask for is theirs to say.
        var others = (machine.Keys(Filters).OrNull() ?? []).Where(f => !f.Equals(OwnFilter, StringComparison.OrdinalIgnoreCase)).Select(f => machine.Value($@"{Providers}\{f}", "").OrNull()?.Text ?? machine.Value($@"{Filters}\{f}", "").OrNull()?.Text ?? f).ToList();
        return others.Count > 0
            ? PostureFact.Of(PostureKeys.TwoFactor, Answer.Unknown, new($"認証製品（{string.Join("、", others)}）が入っています。二つの要素が必須かどうかは、その製品の管理画面で確かめてください。", $"A sign-in product is installed ({string.Join(", ", others)}); whether it requires two factors is for its own console to say."), Filters)
            : PostureFact.Of(PostureKeys.TwoFactor, Answer.No, new("パスワードだけでサインインできます。", "A password alone is enough to sign in."), $@"{System}\scforceoption", Filters);
    }
}
