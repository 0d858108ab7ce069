using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests;

/// <summary>Signing in with a passkey, and every screen about accounts, in a browser with an authenticator of its own (Chromium's virtual one).</summary>
public sealed partial class PasskeyTests : IAsyncLifetime
{
    private const string Password = "tea harbour lantern seven";

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

        await page.GotoAsync("/first-start");
        await LookAsync(screen, "40-first-start");
        await page.FillAsync("#f-code", await town.FirstStartCodeAsync());
        await page.FillAsync("#f-municipalityName", "港町");
        await page.FillAsync("#f-slug", "minato");
        await page.FillAsync("#f-displayName", "佐藤 花子");
        await page.FillAsync("#f-login", "hanako@minato");
        await page.FillAsync("#f-password", Password);
        await page.FillAsync("#f-again", Password);
        await page.ClickAsync("main button[type=submit]");

        // Enrolled by passkey only.
        await Expect(page).ToHaveURLAsync(new Regex("/enrol"));
        await LookAsync(screen, "41-enrol");
        await page.ClickAsync("[data-passkey=create] button");
        await Expect(page.Locator(".codes li")).Not.ToHaveCountAsync(0);
        await LookAsync(screen, "42-recovery-codes");

        // The password, then the passkey.
        await SignOutAsync(page);
        await LookAsync(screen, "43-sign-in");
        await page.FillAsync("#f-login", "hanako@minato");
        await page.FillAsync("#f-password", "not the password at all");
        await page.ClickAsync("form:has(#f-login) button[type=submit]");
        await Expect(page.GetByText("サインインできませんでした")).ToBeVisibleAsync();
        await LookAsync(screen, "44-sign-in-refused");
        await page.FillAsync("#f-login", "hanako@minato");
        await page.FillAsync("#f-password", Password);
        await page.ClickAsync("form:has(#f-login) button[type=submit]");
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in/second"));
        await LookAsync(screen, "45-second-factor");
        await page.GotoAsync("/sign-in/recovery");
        await LookAsync(screen, "57-recovery");
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
            await LookAsync(screen, name);
        }

        // Somebody else, by a link.
        await page.FillAsync("#f-displayName", "鈴木 一郎");
        await page.FillAsync("#f-login", "ichiro@minato");
        await page.CheckAsync("input[name=roles][value=manager]");
        await page.GetByRole(AriaRole.Button, new() { Name = "招待リンクを作る" }).ClickAsync();
        var link = Invitation().Match(await page.ContentAsync()).Value;
        Assert.NotEqual("", link);
        await LookAsync(screen, "54-invited");
        await page.GotoAsync("/accounts");
        await page.GetByRole(AriaRole.Link, new() { Name = "鈴木 一郎" }).ClickAsync();
        await LookAsync(screen, "55-account-edit");

        var guest = await town.OpenAsync();
        await guest.Page.GotoAsync(link);
        await LookAsync(guest, "56-invitation");
        await guest.Page.FillAsync("#f-password", Password);
        await guest.Page.FillAsync("#f-again", Password);
        await guest.Page.ClickAsync("main button[type=submit]");
        await Expect(guest.Page).ToHaveURLAsync(new Regex("/enrol"));
        guest.AssertNoComplaint(screens: 2);
        screen.AssertNoComplaint(screens: 34);
    }

    /// <summary>Desk and telephone; nothing may be wider than the screen.</summary>
    private static async Task LookAsync(Screen screen, string name)
    {
        await screen.LookAsync(name);
        await screen.Page.SetViewportSizeAsync(390, 844);
        Assert.True(await screen.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{name} is wider than a telephone");
        await screen.LookAsync(name + "-390");
        await screen.Page.SetViewportSizeAsync(1280, 900);
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
