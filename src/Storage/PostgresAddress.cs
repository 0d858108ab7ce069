using Npgsql;
using Sekisho.Assurance;

namespace Sekisho.Storage;

/// <summary>Reads how to reach a server: Npgsql's key=value form, or a <c>postgresql://</c> address as libpq's tools take it.</summary>
internal static class PostgresAddress
{
    /// <exception cref="StorageException">Neither form.</exception>
    public static NpgsqlConnectionStringBuilder Read(string untrusted, string variable)
    {
        try
        {
            if (!untrusted.StartsWith("postgres://", StringComparison.Ordinal) && !untrusted.StartsWith("postgresql://", StringComparison.Ordinal))
                return new(untrusted);
            // libpq's form without a host (postgresql://user@/db?host=/folder/of/socket) is no URI to .NET: a name that can't exist stands in.
            const string NoHost = "none.invalid";
            var start = untrusted.IndexOf("://", StringComparison.Ordinal) + 3;
            var end = untrusted.AsSpan(start).IndexOfAny('/', '?') is >= 0 and var at ? start + at : untrusted.Length;
            var uri = new Uri(end == start || untrusted[end - 1] == '@' ? untrusted.Insert(end, NoHost) : untrusted);
            var address = new NpgsqlConnectionStringBuilder();
            if (uri.Host != NoHost) address.Host = uri.Host.Trim('[', ']');
            if (uri.Port > 0) address.Port = uri.Port;
            if (uri.AbsolutePath.Length > 1) address.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
            var user = uri.UserInfo.Split(':', 2);
            if (user[0].Length > 0) address.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length > 1) address.Password = Uri.UnescapeDataString(user[1]);
            foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = pair.Split('=', 2);
                var value = Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "");
                // libpq's names, where Npgsql's differ.
                address[parts[0] switch { "sslmode" => "SSL Mode", "sslrootcert" => "Root Certificate", "sslcert" => "SSL Certificate", "sslkey" => "SSL Key", "application_name" => "Application Name", "connect_timeout" => "Timeout", "user" => "Username", "dbname" => "Database", var name => name }] =
                    parts[0] == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            return address;
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException or KeyNotFoundException or FormatException)
        {
            // Not the value itself: it holds a password.
            throw new StorageException("STO-CONNECT-004",
                new($"{variable} の書き方を読み取れません。", $"{variable} can't be read."),
                new($"例: {variable}='Host=db;Database=sekisho;Username=sekisho_owner;Password=…' または postgresql://sekisho_owner@db/sekisho", $"For example {variable}='Host=db;Database=sekisho;Username=sekisho_owner;Password=…' or postgresql://sekisho_owner@db/sekisho"),
                detail: e.Message);
        }
    }
}
