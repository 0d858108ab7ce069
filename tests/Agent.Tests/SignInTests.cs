namespace Sekisho.Agent.Tests;

/// <summary>PAM stacks as distributions and products write them, and what they let through.</summary>
public sealed class SignInTests
{
    private const string Password = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n";

    public static TheoryData<string, string, Answer> Stacks => new()
    {
        { "Debian as installed", Password.Replace("pam_unix.so", "pam_unix.so nullok", StringComparison.Ordinal), Answer.No },
        { "password only", Password, Answer.No },
        { "password, then a key", Password + "auth required pam_u2f.so cue\n", Answer.Yes },
        { "password with nullok, then a key", Password.Replace("pam_unix.so", "pam_unix.so nullok", StringComparison.Ordinal) + "auth required pam_u2f.so\n", Answer.No },
        { "password, then a key that who has none may skip", Password + "auth required pam_u2f.so nouserok\n", Answer.No },
        { "a key in place of the password", "auth sufficient pam_u2f.so\n" + Password, Answer.No },
        { "password, then a code", Password + "auth required pam_google_authenticator.so\n", Answer.Yes },
        { "a code asked for, its answer not looked at", Password + "auth optional pam_google_authenticator.so\n", Answer.No },
        { "a card with its PIN", "auth required pam_pkcs11.so\n", Answer.Yes },
        { "sssd with a card required", "auth required pam_sss.so require_cert_auth\n", Answer.Yes },
        { "sssd", "auth required pam_sss.so\n", Answer.No },
        { "two passwords are one factor", Password + "auth required pam_ldap.so\n", Answer.No },
        { "a module that isn't known, alone", "auth required pam_vendor.so\n", Answer.Unknown },
        { "a module that isn't known, after two factors", Password + "auth required pam_oath.so\nauth required pam_vendor.so\n", Answer.Yes },
        { "two factors behind a lock", "auth required pam_faillock.so preauth\nauth [success=1 default=bad] pam_unix.so\nauth [default=die] pam_faillock.so authfail\nauth required pam_u2f.so\n", Answer.Yes },
        { "the second factor jumped over", "auth [success=2 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_u2f.so\nauth required pam_permit.so\n", Answer.No },
        { "two factors unless a user is of a group", "auth [success=1 default=ignore] pam_succeed_if.so user ingroup office\nauth required pam_u2f.so\n" + Password, Answer.No },
        { "everybody", "auth required pam_permit.so\n", Answer.No },
        { "a line that isn't one", "auth required\n", Answer.Unknown },
        { "an action that isn't defined", "auth [success=ok] pam_unix.so\nauth required pam_u2f.so\n", Answer.Unknown },
    };

    [Theory]
    [MemberData(nameof(Stacks))]
    public void A_stack_is_judged_by_what_it_lets_in(string name, string stack, Answer expected)
    {
        using var machine = new FakeMachine();
        machine.File("/etc/pam.d/login", "account required pam_unix.so\n" + stack);
        var fact = machine.Look(PostureKeys.TwoFactor);
        Assert.True(expected == fact.Answer, $"{name}: {fact.Answer} {fact.How}");
    }

    [Theory]
    [InlineData("@include common-auth\nauth required pam_u2f.so\n", Answer.Yes)]
    [InlineData("auth include common-auth\nauth required pam_u2f.so\n", Answer.Yes)]
    [InlineData("auth substack common-auth\nauth required pam_u2f.so\n", Answer.Yes)]
    [InlineData("auth substack common-auth\n", Answer.No)]
    [InlineData("@include gone\n", Answer.Unknown)]
    [InlineData("@include login\n", Answer.Unknown)]
    public void Other_files_are_taken_in(string login, Answer expected)
    {
        using var machine = new FakeMachine();
        machine.File("/etc/pam.d/common-auth", Password).File("/etc/pam.d/login", login);
        Assert.Equal(expected, machine.Look(PostureKeys.TwoFactor).Answer);
    }

    [Fact]
    public void One_open_door_is_enough_for_no()
    {
        using var machine = new FakeMachine();
        machine.File("/etc/pam.d/login", Password + "auth required pam_u2f.so\n");
        Assert.Equal(Answer.Yes, machine.Look(PostureKeys.TwoFactor).Answer);
        machine.File("/etc/pam.d/lightdm", Password);
        Assert.Contains("lightdm", machine.Look(PostureKeys.TwoFactor).How.En, StringComparison.Ordinal);
        machine.File("/etc/pam.d/lightdm", Password + "auth required pam_u2f.so\n").File("/etc/gdm3/daemon.conf", "[daemon]\nAutomaticLoginEnable = true\n");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.TwoFactor).Answer);
    }

    [Theory]
    [InlineData("PubkeyAuthentication yes\nUsePAM yes\n", Answer.No)]
    [InlineData("AuthenticationMethods publickey,keyboard-interactive:pam\nUsePAM yes\n", Answer.Yes)]
    [InlineData("AuthenticationMethods publickey,keyboard-interactive publickey\n", Answer.No)]
    [InlineData("PubkeyAuthentication no\nUsePAM yes\n", Answer.Yes)]
    [InlineData("Match User admin\nAuthenticationMethods publickey,password\n", Answer.Unknown)]
    public void A_key_past_pam_is_one_factor(string sshd, Answer expected)
    {
        using var machine = new FakeMachine();
        machine.File("/etc/pam.d/login", Password + "auth required pam_u2f.so\n").File("/etc/pam.d/sshd", Password + "auth required pam_oath.so\n").File("/etc/ssh/sshd_config", sshd).Runs("sshd");
        Assert.Equal(expected, machine.Look(PostureKeys.TwoFactor).Answer);
    }
}
