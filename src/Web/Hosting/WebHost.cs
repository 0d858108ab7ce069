using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.WebEncoders;
using Sekisho.Crossing;
using Sekisho.Records;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.EvidenceKept.Sources;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;
using Sekisho.Web.Api;
using Sekisho.Web.Components.Layout;
using Sekisho.Web.Pages.Crossings;
using Sekisho.Web.Pages.Files;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.Pages.ThirdParties;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Hosting;

/// <summary>The host that wires everything: database, records, sign-in, API, console.</summary>
public static class WebHost
{
    /// <summary>Builds the server, ready to start. The caller starts, stops and disposes it.</summary>
    /// <exception cref="StorageException">The database can't be used; says why and what to do.</exception>
    /// <exception cref="IOException">The data folder can't be made or written.</exception>
    public static async Task<WebApplication> BuildAsync(WebHostOptions options, CancellationToken cancel = default)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebHost).Assembly.GetName().Name,
            ContentRootPath = options.ProgramFolder,
            EnvironmentName = Environments.Production,
            Args = [],
        });
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64L << 20; // a policy document with its appendices; larger uploads are refused before they are read
        });
        builder.Logging.SetMinimumLevel(options.LogLevel);
        AddServices(builder, options);
        await AddDatabaseAsync(builder, options, cancel).ConfigureAwait(false);
        options.Services?.Invoke(builder.Services);

        var app = builder.Build();
        await app.Services.GetRequiredService<RecordSlices>().Obligations.EnsureEditionAsync(cancel).ConfigureAwait(false);
        BehindProxy.Use(app, options.TrustedProxies);
        UsePipeline(app);
        MapEndpoints(app);
        options.Endpoints?.Invoke(app);
        return app;
    }

    private static async Task AddDatabaseAsync(WebApplicationBuilder builder, WebHostOptions options, CancellationToken cancel)
    {
        var database = options.Database;
        if (database is not null)
        {
            builder.Services.AddSingleton(database);
        }
        else
        {
            database = await OpenAsync(options, cancel).ConfigureAwait(false);
            builder.Services.AddSingleton(_ => database); // made by a factory, so that the container closes it
        }
        var signer = await LedgerKey.OpenAsync(options.Storage.DataFolder, database, options.Time, cancel).ConfigureAwait(false);
        builder.Services.AddSingleton(_ => signer);
        builder.Services.AddSingleton<LedgerStore>();
        builder.Services.AddSingleton<RecordKeeper>();
        builder.Services.AddSingleton(options.Storage);
        builder.Services.AddSingleton<LedgerExam>();
        builder.Services.AddSingleton(services => Slices(services, options.Registers));
        builder.Services.AddSingleton<MunicipalityRegister>();
        builder.Services.AddSingleton<OrganisationRegister>();
        await CrossingHost.AddAsync(builder.Services, options, database, signer, cancel).ConfigureAwait(false);
        builder.Services.AddHostedService<EvidenceRound>();
        builder.Services.AddHostedService<LedgerPublishing>();
        builder.Services.AddHostedService<ImportRound>();
        builder.Services.AddHostedService<ZoneRound>();
    }

    private static RecordSlices Slices(IServiceProvider services, RegisterCatalogue registers)
    {
        var exam = services.GetRequiredService<LedgerExam>();
        var logger = services.GetRequiredService<ILogger<EvidenceCollector>>();
        var slices = new RecordSlices(services.GetRequiredService<RecordKeeper>(), registers, [town => new LedgerSource(town, exam.Verifier, _ => Task.FromResult(exam.Copies(town))), .. services.GetServices<SourceFor>()]);
        slices.Collector.Failed = (town, source, e) => logger.LogError(e, "証跡の情報源 {Source} が失敗しました（自治体 {Municipality}）。ほかの情報源は続けています。 / The source of evidence {Source} failed; the others go on.", source, town, source);
        return slices;
    }

    private static async Task<Database> OpenAsync(WebHostOptions options, CancellationToken cancel)
    {
        using var logging = LoggerFactory.Create(b => b.AddConsole().SetMinimumLevel(options.LogLevel));
        return await Database.OpenAsync(options.Storage, CrossingMigrations.Sets, logging.CreateLogger<Database>(), cancel).ConfigureAwait(false);
    }

    private static void AddServices(WebApplicationBuilder builder, WebHostOptions options)
    {
        var services = builder.Services;
        services.AddSingleton(options.Time);
        services.AddSingleton(ConsoleAssets.Load(Path.Combine(options.ProgramFolder, "wwwroot")));
        services.AddHttpContextAccessor();
        services.AddScoped<Viewer>();
        services.AddRazorComponents();
        services.AddAntiforgery(static o =>
        {
            o.Cookie.Name = "sekisho.form";
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            o.SuppressXFrameOptionsHeader = true; // frame-ancestors in the policy of SecurityHeaders says it
        });
        // Japanese goes out as itself, not as character references: a third of the size, and readable in "view source".
        services.Configure<WebEncoderOptions>(static o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        KeyRing.Add(services, options.Storage.DataFolder);
        services.AddSingleton(new PublicAddress(options.PublicUrl));
        // A request that hangs (a half-sent upload) may not hold up Ctrl-C: what isn't answered by then is broken off and rolled back.
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(1.5));
        services.AddResponseCompression(static o =>
        {
            // Safe over TLS: no page repeats a secret beside text from the request; antiforgery tokens are encrypted anew for each answer.
            o.EnableForHttps = true;
            o.Providers.Add<BrotliCompressionProvider>();
            o.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(static o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(static o => o.Level = CompressionLevel.Fastest);
        services.AddSignIn(SignInOptions.For(options.Https) with { ServerDomain = options.PublicUrl?.Host });
        services.AddApi();
        ConfirmDoor.Add(services, options.ConfirmAddress);
    }

    private static void UsePipeline(WebApplication app)
    {
        var assets = app.Services.GetRequiredService<ConsoleAssets>();
        if (assets.Missing.Count > 0)
            app.Logger.LogError("画面の部品がありません（{Missing}）。src/Web/Assets/build.sh を実行してください。 / Parts of the console are missing; run src/Web/Assets/build.sh.", string.Join(", ", assets.Missing));
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            CreateScopeForErrors = true, // a scope of its own: the page that failed has used the services of the first
            StatusCodeSelector = static e => RequestMistake.Of(e)?.Status ?? StatusCodes.Status500InternalServerError,
        });
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context).ConfigureAwait(false);
            }
            catch (Exception e) when (context.RequestAborted.IsCancellationRequested || app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Broken off by the stop, or nobody is there any more: no page of the error, which would ask a database that is being closed.
                app.Logger.LogInformation("{Method} {Path} was broken off ({Why})", context.Request.Method, context.Request.Path, e.GetType().Name);
                if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }
        });
        app.UseStatusCodePagesWithReExecute("/error/{0}", createScopeForStatusCodePages: true);
        app.Use(static (context, next) =>
        {
            // The page that tells of a failed POST is read, not posted to.
            if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null || context.Features.Get<IExceptionHandlerFeature>() is not null) context.Request.Method = HttpMethods.Get;
            return next(context);
        });
        app.UseApiProblems();
        app.UseWhen(static c => RequestMistake.WithNul(c.Request) is not null, static branch => branch.Run(static context =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest; // the console's page for it follows
            return Task.CompletedTask;
        }));
        app.UseSecurityHeaders();
        ConfirmDoor.UseConfirmGate(app);
        app.UseWhen(static c => c.Request.Path.StartsWithSegments("/assets"), branch => branch.Run(async context =>
        {
            if (!await assets.TryWriteAsync(context).ConfigureAwait(false)) context.Response.StatusCode = StatusCodes.Status404NotFound;
        }));
        app.UseResponseCompression();
        app.UseRouting();
        app.UseSignIn();
        app.UseAntiforgery();
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapLanguageSwitch();
        app.MapSignIn();
        app.MapApi();
        app.MapFiles();
        app.MapRegisterFiles();
        app.MapThirdPartyFiles();
        app.MapCrossingFiles();
        app.MapCrossingZipForm();
        app.MapRazorComponents<Document>();
    }
}
