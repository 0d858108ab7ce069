using System.Diagnostics;
using System.Globalization;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>Certificates as openssl makes them: an authority, and a server that it signed.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sekisho-tls-").FullName;

    public TestCertificates()
    {
        // Postfix reads them as another user.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        Run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=test authority");
        Run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "other.key", "-out", "other.pem", "-days", "30", "-subj", "/CN=another authority");
        Server("here", "DNS:localhost,IP:127.0.0.1");
        Server("elsewhere", "DNS:mail.elsewhere.example");
    }

    public string Ca => Path.Combine(folder, "ca.pem");

    public string OtherCa => Path.Combine(folder, "other.pem");

    public SmtpCertificate Of(string name, bool isRequired = false) => new(Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"), isRequired);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Signs a server's certificate anew, as one that is renewed.</summary>
    public void Server(string name, string alternatives)
    {
        File.WriteAllText(Path.Combine(folder, "ext"), $"subjectAltName={alternatives}\n");
        Run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", $"{name}.key", "-out", $"{name}.csr", "-subj", $"/CN={name}");
        Run("x509", "-req", "-in", $"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", $"{name}.pem", "-days", "30", "-extfile", "ext");
    }

    private void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var wrong = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, wrong);
    }
}

/// <summary>STARTTLS on both sides: our server with Python's client, our client with what it must trust and what it mustn't.</summary>
public sealed class TlsTests
{
    private static readonly SmtpPatience Soon = new() { Connect = TimeSpan.FromSeconds(30), Answer = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task A_message_comes_encrypted_where_a_certificate_is_shown_and_not_at_all_in_the_clear_where_it_must()
    {
        using var certificates = new TestCertificates();
        await using var office = await PostOffice.OpenAsync(s => s with { Inward = s.Inward! with { Certificate = certificates.Of("here", isRequired: true) }, Outward = s.Outward! with { Certificate = certificates.Of("here") } });
        Assert.Equal("530", await SendAsync(office.InwardPort, "-"));
        Assert.Equal("250 TLSv1.3", await SendAsync(office.InwardPort, certificates.Ca));
        await office.Inside.OneAsync(static m => m.From == "taro@example.com");
        // Python's client doesn't trust it by another authority.
        Assert.Contains("CERTIFICATE_VERIFY_FAILED", await SendAsync(office.InwardPort, certificates.OtherCa), StringComparison.Ordinal);
        // Offered: both ways do.
        var said = await PostOffice.SpeakAsync(office.OutwardPort, "EHLO x\r\n", "STARTTLS\r\nMAIL FROM:<a@b.example>\r\n");
        Assert.Contains("250-STARTTLS", said, StringComparison.Ordinal);
        // What is pushed in front of the handshake is not obeyed after it.
        Assert.Contains("501", said, StringComparison.Ordinal);
        Assert.DoesNotContain("220 2.0.0", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_trusts_who_it_must_and_nobody_else()
    {
        using var certificates = new TestCertificates();
        await using var office = await PostOffice.OpenAsync(s => s with { Inward = s.Inward! with { Certificate = certificates.Of("here") }, Outward = s.Outward! with { Certificate = certificates.Of("elsewhere") } }, works: false);
        Assert.True(await ConnectAsync(office.InwardPort, SmtpTls.Required, certificates.Ca));
        Assert.True(await ConnectAsync(office.InwardPort, SmtpTls.WhenOffered, null));
        Assert.False(await ConnectAsync(office.InwardPort, SmtpTls.None, null));
        // Signed by somebody else, for another name, by nobody whom the machine knows.
        await Assert.ThrowsAsync<SmtpException>(() => ConnectAsync(office.InwardPort, SmtpTls.Required, certificates.OtherCa));
        await Assert.ThrowsAsync<SmtpException>(() => ConnectAsync(office.OutwardPort, SmtpTls.Required, certificates.Ca));
        await Assert.ThrowsAsync<SmtpException>(() => ConnectAsync(office.InwardPort, SmtpTls.Required, null));
        Assert.True(await ConnectAsync(office.OutwardPort, SmtpTls.WhenOffered, null));
        // A server that offers none is spoken to in the clear, unless it mustn't be.
        Assert.False(await ConnectAsync(office.Inside.Port, SmtpTls.WhenOffered, null));
        Assert.Contains("STARTTLS isn't offered", (await Assert.ThrowsAsync<SmtpException>(() => ConnectAsync(office.Inside.Port, SmtpTls.Required, certificates.Ca))).Message, StringComparison.Ordinal);
        // Renewed for the right name while it runs.
        certificates.Server("elsewhere", "IP:127.0.0.1");
        File.SetLastWriteTimeUtc(certificates.Of("elsewhere").ChainFile, DateTime.UnixEpoch.AddYears(60));
        Assert.True(await ConnectAsync(office.OutwardPort, SmtpTls.Required, certificates.Ca));
    }

    [Fact]
    public void Certificates_of_the_settings_are_looked_at_before_anything_is_started()
    {
        using var certificates = new TestCertificates();
        var here = certificates.Of("here");
        var text = $"format: sekisho-mail/1\nhost: mail.x.jp\ndomains: {{x.jp: x}}\ninward: {{listen: '127.0.0.1:0', next: '127.0.0.1:1', certificate: {here.ChainFile}, key: {here.KeyFile}, starttls: required}}\n";
        var settings = MailSettings.Parse(text, out var problems);
        Assert.Empty(problems);
        Assert.True(settings!.Inward!.Certificate!.IsRequired);
        Assert.Null(MailSettings.Parse(text.Replace("here.key", "elsewhere.key", StringComparison.Ordinal), out problems));
        Assert.Equal("4行目", Assert.Single(problems).Where[..3]);
        Assert.Null(MailSettings.Parse(text.Replace("required", "perhaps", StringComparison.Ordinal), out _));
        Assert.Null(MailSettings.Parse(text.Replace($", key: {here.KeyFile}", "", StringComparison.Ordinal), out _));
    }

    private static async Task<bool> ConnectAsync(int port, SmtpTls tls, string? ca)
    {
        await using var line = await SmtpSender.ConnectAsync(new("127.0.0.1", port, tls, ca), "client.example", Soon, Gate.Cancel);
        return line.IsEncrypted;
    }

    /// <summary>By Python's smtplib; what was answered, or why it didn't speak.</summary>
    private static async Task<string> SendAsync(int port, string ca)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", [PostOffice.Script("tls.py"), port.ToString(CultureInfo.InvariantCulture), ca, "taro@example.com", $"hanako@{PostOffice.Domain}"]) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(Gate.Cancel);
        await process.WaitForExitAsync(Gate.Cancel);
        return said.Trim();
    }
}
