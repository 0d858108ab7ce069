using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>By what a server of ours shows who it is (STARTTLS, RFC 3207): its certificate with those above it, and its key.</summary>
/// <param name="ChainFile">PEM; the server's own certificate first.</param>
/// <param name="KeyFile">PEM, without a password.</param>
/// <param name="IsRequired">True: nobody sends a message in the clear.</param>
public sealed record SmtpCertificate(string ChainFile, string KeyFile, bool IsRequired)
{
    private readonly Lock gate = new();
    private (DateTime Chain, DateTime Key) written;
    private SslStreamCertificateContext? read;

    /// <summary>As the files are now: a renewed certificate holds for the next connection, without a restart.</summary>
    /// <exception cref="IOException">A file can't be read, and never could.</exception>
    /// <exception cref="CryptographicException">They are none, or don't belong together.</exception>
    internal SslStreamCertificateContext Read()
    {
        lock (gate)
        {
            var now = (File.GetLastWriteTimeUtc(ChainFile), File.GetLastWriteTimeUtc(KeyFile));
            if (read is not null && now == written) return read;
            try
            {
                (read, written) = (Load(), now);
            }
            catch (Exception e) when (read is not null && e is IOException or CryptographicException or UnauthorizedAccessException)
            {
                // Halfway through being renewed: the one that was good a moment ago still is.
            }
            return read!;
        }
    }

    private SslStreamCertificateContext Load()
    {
        try
        {
            var own = X509Certificate2.CreateFromPemFile(ChainFile, KeyFile);
            var above = new X509Certificate2Collection();
            above.ImportFromPemFile(ChainFile);
            return SslStreamCertificateContext.Create(own, above, offline: true);
        }
        catch (ArgumentException e)
        {
            // Of a key that is another certificate's.
            throw new CryptographicException(e.Message, e);
        }
    }
}
