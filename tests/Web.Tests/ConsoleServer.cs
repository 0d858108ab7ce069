using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Storage;
using Sekisho.TestSupport;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests;

/// <summary>A real server on a real database, on a free port. One for each test class that asks for it.</summary>
public sealed class ConsoleServer : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly WebApplication app;
    private readonly DirectoryInfo folder;

    private ConsoleServer(TestDatabase database, WebApplication app, DirectoryInfo folder) => (this.database, this.app, this.folder) = (database, app, folder);

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IServiceProvider Services => app.Services;

    public TestDatabase TestDatabase => database;

    public static async Task<ConsoleServer> StartAsync(TimeProvider? time = null, Action<IServiceCollection>? services = null, Action<WebApplication>? endpoints = null)
    {
        var database = await TestDatabase.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("sekisho-web-");
        var app = await WebHost.BuildAsync(new WebHostOptions(new StorageOptions(folder.FullName, null), ["http://127.0.0.1:0"], time ?? TimeProvider.System)
        {
            Database = database.Database,
            Services = services,
            Endpoints = endpoints,
        });
        await app.StartAsync();
        return new(database, app, folder);
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
        await app.DisposeAsync();
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
