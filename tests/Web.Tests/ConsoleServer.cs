using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Crossing;
using Sekisho.Storage;
using Sekisho.TestSupport;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Tests;

/// <summary>A real server on a real database, on a free port. One for each test class that asks for it.</summary>
public sealed class ConsoleServer : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly WebApplication app;
    private readonly DirectoryInfo folder;

    private ConsoleServer(TestDatabase database, WebApplication app, DirectoryInfo folder) => (this.database, this.app, this.folder) = (database, app, folder);

    /// <summary>The officer of the first municipality (slug "hama"); absent when the server was started before its first start.</summary>
    public Person Officer { get; private set; } = null!;

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IServiceProvider Services => app.Services;

    public TestDatabase TestDatabase => database;

    public static async Task<ConsoleServer> StartAsync(TimeProvider? time = null, Action<IServiceCollection>? services = null, Action<WebApplication>? endpoints = null, bool firstStartDone = true, SignInLimitOptions? limits = null, Func<WebHostOptions, WebHostOptions>? options = null)
    {
        var database = await TestDatabase.CreateWithAsync(CrossingMigrations.Sets);
        var folder = Directory.CreateTempSubdirectory("sekisho-web-");
        var settings = new WebHostOptions(new StorageOptions(folder.FullName, null), ["http://127.0.0.1:0"], time ?? TimeProvider.System)
        {
            Database = database.Database,
            Registers = TestRegisters.Catalogue,
            Services = more =>
            {
                more.Configure<PasswordHasherOptions>(static o => o.IterationCount = 1000); // hundreds of sign-ins
                if (limits is not null) more.AddSingleton(limits);
                services?.Invoke(more);
            },
            Endpoints = endpoints,
        };
        var app = await WebHost.BuildAsync(options is null ? settings : options(settings));
        await app.StartAsync();
        var server = new ConsoleServer(database, app, folder);
        if (firstStartDone) server.Officer = await Person.FirstAsync(server);
        return server;
    }

    /// <summary>A browser in which this person is signed in already, by a real session; the way through the pages is tested once, in SignInTests.</summary>
    public async Task<HttpClient> ClientAsync(Person person, string language = "ja", bool followRedirects = true)
    {
        var client = new SocketsHttpHandler { AllowAutoRedirect = followRedirects, CookieContainer = new(), UseCookies = true };
        client.CookieContainer.Add(Address, new System.Net.Cookie(Viewer.LanguageCookie, language));
        client.CookieContainer.Add(Address, new System.Net.Cookie("sekisho", await person.SessionAsync(this)));
        return new HttpClient(client) { BaseAddress = Address };
    }

    /// <summary>A browser without script: keeps cookies, follows redirects when asked.</summary>
    public HttpClient Client(string language = "ja", bool followRedirects = true)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = followRedirects, CookieContainer = new(), UseCookies = true };
        handler.CookieContainer.Add(Address, new System.Net.Cookie(Viewer.LanguageCookie, language));
        return new HttpClient(handler) { BaseAddress = Address };
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
