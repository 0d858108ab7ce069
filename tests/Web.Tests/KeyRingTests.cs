using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sekisho.Storage;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests;

public sealed class KeyRingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sekisho-ring-").FullName;

    private string KeyFile => Path.Combine(folder, "key-ring.key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_ring_lies_encrypted_on_the_disk_without_a_warning_and_the_next_start_reads_it()
    {
        var (log, kept) = Start(protector => protector.Protect("秘密"));
        Assert.Equal("", log);
        var ring = File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(folder, "keys"), "*.xml")));
        Assert.Contains("encryptedKey", ring, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", ring, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal("秘密", Start(protector => protector.Unprotect(kept)).Result);
    }

    [Fact]
    public void Another_key_opens_nothing()
    {
        var kept = Start(protector => protector.Protect("秘密")).Result;
        File.WriteAllText(KeyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        Assert.ThrowsAny<CryptographicException>(() => Start(protector => protector.Unprotect(kept)));
    }

    [Fact]
    public void A_key_that_is_gone_unreadable_or_open_to_others_stops_the_start()
    {
        Start(protector => protector.Protect("秘密"));
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Equal("KEY-RING-002", Assert.Throws<StorageException>(() => KeyRingKey.Open(folder, null)).Code);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(KeyFile, "AAAA");
        Assert.Equal("KEY-RING-001", Assert.Throws<StorageException>(() => KeyRingKey.Open(folder, null)).Code);
        File.Delete(KeyFile);
        Assert.Equal("KEY-RING-001", Assert.Throws<StorageException>(() => KeyRingKey.Open(folder, null)).Code);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public void The_key_can_lie_elsewhere()
    {
        var elsewhere = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "token")).FullName, "ring");
        var sealedBytes = KeyRingKey.Open(folder, elsewhere).Encrypt("秘密"u8);
        Assert.False(File.Exists(KeyFile));
        Assert.Equal("秘密"u8.ToArray(), KeyRingKey.Open(folder, elsewhere).Decrypt(sealedBytes));
        sealedBytes[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => KeyRingKey.Open(folder, elsewhere).Decrypt(sealedBytes));
    }

    /// <summary>As a server does it; gives the warnings that the framework logged, too.</summary>
    private (string Log, string Result) Start(Func<IDataProtector, string> act)
    {
        using var log = new Warnings();
        var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(log));
        KeyRing.Add(services, folder);
        using var provider = services.BuildServiceProvider();
        var result = act(provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("test"));
        return (log.Text, result);
    }
}

/// <summary>Keeps what is logged from warnings upwards.</summary>
internal sealed class Warnings : ILoggerProvider, ILogger
{
    private readonly Lock gate = new();
    private string text = "";

    public string Text
    {
        get
        {
            lock (gate) return text;
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        lock (gate) text += formatter(state, exception) + exception?.Message + "\n";
    }

    public void Dispose()
    {
    }
}
