using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests;

/// <summary>Signing in with a passkey, and every screen about accounts, in a browser with an authenticator of its own (Chromium's virtual one).</summary>
public sealed partial class PasskeyTests : IAsyncLifetime
{
    private Town town = null!;

    public async ValueTask InitializeAsync() => town = await Town.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (town is not null) await town.DisposeAsync();
    }

    [Fact]
    public async Task A_passkey_is_the_second_factor_and_signs_in_alone_and_a_guest_is_invited_changed_and_closed()
    {
        var screen = await town.OpenAsync();
        var page = screen.Page;
        await AddAuthenticatorAsync(page);

        await town.NameOfficerAsync(screen, () => screen.LookBothAsync("40-first-start"));

        // Enrolled by passkey only.
        await screen.LookBothAsync("41-enrol");
        await page.ClickAsync("[data-passkey=create] button");
        await Expect(page.Locator(".codes li")).Not.ToHaveCountAsync(0);
        await screen.LookBothAsync("42-recovery-codes");

        // The password, then the passkey.
        await SignOutAsync(page);
        await screen.LookBothAsync("43-sign-in");
        await page.FillAsync("#f-login", Town.Login);
        await page.FillAsync("#f-password", "not the password at all");
        await page.ClickAsync("form:has(#f-login) button[type=submit]");
        await Expect(page.GetByText("サインインできませんでした")).ToBeVisibleAsync();
        await screen.LookBothAsync("44-sign-in-refused");
        await page.FillAsync("#f-login", Town.Login);
        await page.FillAsync("#f-password", Town.Password);
        await page.ClickAsync("form:has(#f-login) button[type=submit]");
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in/second"));
        await screen.LookBothAsync("45-second-factor");
        await page.GotoAsync("/sign-in/recovery");
        await screen.LookBothAsync("57-recovery");
        await page.GotoAsync("/sign-in/second");
        await page.ClickAsync("[data-passkey=get] button");
        await Expect(page).Not.ToHaveURLAsync(new Regex("/sign-in"));
        await page.GotoAsync("/account");
        await Expect(page.Locator("h1")).ToHaveTextAsync("アカウント設定");

        // The passkey alone: it asked for a finger or a PIN itself.
        await SignOutAsync(page);
        await page.ClickAsync("[data-passkey=get] button");
        await Expect(page).Not.ToHaveURLAsync(new Regex("/sign-in"));

        // Own account.
        foreach (var (name, path) in new[]
        {
            ("46-account", "/account"), ("47-password", "/account/password"), ("48-passkeys", "/account/passkeys"), ("49-authenticator", "/account/authenticator"),
            ("50-recovery-codes-new", "/account/recovery-codes"), ("51-token", "/account/tokens/new"), ("52-accounts", "/accounts"), ("53-invite", "/accounts/new"),
        })
        {
            var answer = await page.GotoAsync(path);
            Assert.True(answer!.Status == 200, $"{path}: {answer.Status}");
            await screen.LookBothAsync(name);
        }

        // Somebody else, by a link.
        await page.FillAsync("#f-displayName", "鈴木 一郎");
        await page.FillAsync("#f-login", "ichiro@minato");
        await page.CheckAsync("input[name=roles][value=manager]");
        await page.GetByRole(AriaRole.Button, new() { Name = "招待リンクを作る" }).ClickAsync();
        var link = Invitation().Match(await page.ContentAsync()).Value;
        Assert.NotEqual("", link);
        await screen.LookBothAsync("54-invited");
        await page.GotoAsync("/accounts");
        await page.GetByRole(AriaRole.Link, new() { Name = "鈴木 一郎" }).ClickAsync();
        await screen.LookBothAsync("55-account-edit");

        var guest = await town.OpenAsync();
        await guest.Page.GotoAsync(link);
        await guest.LookBothAsync("56-invitation");
        await guest.Page.FillAsync("#f-password", Town.Password);
        await guest.Page.FillAsync("#f-again", Town.Password);
        await guest.Page.ClickAsync("main button[type=submit]");
        await Expect(guest.Page).ToHaveURLAsync(new Regex("/enrol"));
        guest.AssertNoComplaint(screens: 2);
        screen.AssertNoComplaint(screens: 34);
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.GotoAsync("/account");
        await page.Locator("form[action='/signout'] button").First.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in"));
    }

    /// <summary>A platform authenticator (CTAP2) that keeps passkeys and always recognises the person.</summary>
    private static async Task AddAuthenticatorAsync(IPage page)
    {
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("WebAuthn.enable");
        await tools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        });
    }

    [GeneratedRegex(@"http://localhost:[0-9]+/invitation/[A-Za-z0-9_-]+")]
    private static partial Regex Invitation();
}
