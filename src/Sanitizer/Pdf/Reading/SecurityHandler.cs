using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

#pragma warning disable CA5351 // MD5 and RC4 are the format's own; they only open what others closed.

namespace Sekisho.Sanitizer.Pdf.Reading;

/// <summary>Opens encrypted PDFs with an empty or a given password (standard security handler, revisions 2–6: ISO 32000-2 §7.6). What comes out is never encrypted.</summary>
internal sealed class SecurityHandler
{
    private static readonly byte[] Padding = Convert.FromHexString("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A");

    private readonly byte[] key;
    private readonly Method strings;
    private readonly Method streams;
    private readonly Dictionary<string, Method> named;

    private SecurityHandler(byte[] key, Method strings, Method streams, Dictionary<string, Method> named) => (this.key, this.strings, this.streams, this.named) = (key, strings, streams, named);

    private enum Method
    {
        None,
        Rc4,
        Aes128,
        Aes256,
    }

    /// <summary>Number of the encryption dictionary, whose strings are not encrypted.</summary>
    public int Own { get; set; }

    /// <exception cref="RefusedException">No password opens it, or the handler is none that we know.</exception>
    public static SecurityHandler Open(PdfDict handler, PdfFile file, IReadOnlyList<string> passwords)
    {
        if (file.Name(handler, "Filter") is not "Standard") throw PdfRefusals.Security($"/{file.Name(handler, "Filter")}");
        var version = file.Int(handler, "V") ?? 0;
        var revision = file.Int(handler, "R") ?? 0;
        if (version is not (1 or 2 or 4 or 5) || revision is < 2 or > 6) throw PdfRefusals.Security($"V {version} R {revision}");
        var bits = version == 1 ? 40 : file.Int(handler, "Length") ?? (version == 4 ? 128 : 40);
        if (bits < 40) bits *= 8;
        var length = version >= 5 ? 32 : version == 4 ? 16 : Math.Clamp(bits / 8, 5, 16);
        var named = new Dictionary<string, Method>(StringComparer.Ordinal) { ["Identity"] = Method.None };
        var plain = version >= 5 ? Method.Aes256 : Method.Rc4;
        var (strings, streams) = (plain, plain);
        if (version >= 4)
        {
            foreach (var (name, value) in (file.Dict(handler, "CF") ?? new()).Map)
            {
                named[name] = file.Resolve(value) is PdfDict filter ? file.Name(filter, "CFM") switch
                {
                    "V2" => Method.Rc4,
                    "AESV2" => Method.Aes128,
                    "AESV3" => Method.Aes256,
                    _ => Method.None,
                } : Method.None;
            }
            strings = named.GetValueOrDefault(file.Name(handler, "StrF") ?? "Identity");
            streams = named.GetValueOrDefault(file.Name(handler, "StmF") ?? "Identity");
        }
        var owner = Bytes(file, handler, "O");
        var user = Bytes(file, handler, "U");
        foreach (var password in Tried(passwords))
        {
            var found = revision >= 5 ? NewKey(password, owner, user, Bytes(file, handler, "OE"), Bytes(file, handler, "UE"), revision) : OldKey(password, owner, user, handler, file, revision, length);
            if (found is not null) return new(found, strings, streams, named);
        }
        throw Refusals.Password(FileKind.Pdf);
    }

    /// <summary>The same value with its strings decrypted.</summary>
    public PdfValue Strings(PdfValue value, int number, int generation)
    {
        if (strings == Method.None) return value;
        switch (value)
        {
            case PdfString text:
                return new PdfString(Decrypt(strings, text.Bytes.ToArray(), number, generation).ToArray());
            case PdfArray array:
                for (var i = 0; i < array.Items.Count; i++) array.Items[i] = Strings(array.Items[i], number, generation);
                return array;
            case PdfDict dict:
                foreach (var (name, inner) in dict.Map.ToList()) dict[name] = Strings(inner, number, generation);
                return dict;
            case PdfStream stream:
                Strings(stream.Dict, number, generation);
                return stream;
            default:
                return value;
        }
    }

    public ReadOnlyMemory<byte> Stream(ReadOnlyMemory<byte> raw, PdfStream stream, PdfFile file)
    {
        if (stream.Dict["Type"] is PdfName { Name: "XRef" }) return raw;
        var method = streams;
        var first = file.Get(stream.Dict, "Filter") is PdfArray { Items: [var head, ..] } ? file.Resolve(head) : file.Get(stream.Dict, "Filter");
        if (first is PdfName { Name: "Crypt" })
        {
            var parms = file.Get(stream.Dict, "DecodeParms") is PdfArray { Items: [var own, ..] } ? file.Resolve(own) : file.Get(stream.Dict, "DecodeParms");
            method = named.GetValueOrDefault((parms is PdfDict dict ? file.Name(dict, "Name") : null) ?? "Identity");
        }
        return Decrypt(method, raw, stream.Number, stream.Generation);
    }

    private static byte[] Bytes(PdfFile file, PdfDict dict, string key) => file.Get(dict, key) is PdfString text ? text.Bytes.ToArray() : [];

    private static IEnumerable<byte[]> Tried(IReadOnlyList<string> passwords)
    {
        yield return [];
        foreach (var password in passwords)
        {
            yield return Encoding.UTF8.GetBytes(password);
            if (password.All(static c => c < 0x80)) continue;
            // Older programs wrote the bytes of their system's own encoding.
            yield return Encoding.Latin1.GetBytes(password);
            if (Cp932(password) is { } bytes) yield return bytes;
        }
    }

    private static byte[]? Cp932(string password)
    {
        try
        {
            return Encodings.StrictCp932.GetBytes(password);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private ReadOnlyMemory<byte> Decrypt(Method method, ReadOnlyMemory<byte> data, int number, int generation)
    {
        if (method == Method.None) return data;
        if (method == Method.Aes256) return Aes(key, data);
        var salted = new byte[key.Length + (method == Method.Aes128 ? 9 : 5)];
        key.CopyTo(salted, 0);
        BinaryPrimitives.WriteInt32LittleEndian(salted.AsSpan(key.Length), number);
        salted[key.Length + 3] = (byte)generation;
        salted[key.Length + 4] = (byte)(generation >> 8);
        if (method == Method.Aes128) "sAlT"u8.CopyTo(salted.AsSpan(key.Length + 5));
        var own = MD5.HashData(salted)[..Math.Min(16, key.Length + 5)];
        return method == Method.Aes128 ? Aes(own, data) : Rc4(own, data.Span);
    }

    private static ReadOnlyMemory<byte> Aes(byte[] key, ReadOnlyMemory<byte> data)
    {
        if (data.Length < 32) return default;
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.Key = key;
        var plain = aes.DecryptCbc(data.Span[16..(data.Length & ~15)], data.Span[..16], PaddingMode.None);
        // Bad padding is met in the field: then all of it is content.
        return plain[^1] is >= 1 and <= 16 and var pad ? plain.AsMemory(0, plain.Length - pad) : plain;
    }

    private static byte[] Rc4(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        Span<byte> state = stackalloc byte[256];
        for (var i = 0; i < 256; i++) state[i] = (byte)i;
        byte j = 0;
        for (var i = 0; i < 256; i++)
        {
            j = (byte)(j + state[i] + key[i % key.Length]);
            (state[i], state[j]) = (state[j], state[i]);
        }
        var result = new byte[data.Length];
        byte x = 0, y = 0;
        for (var i = 0; i < data.Length; i++)
        {
            y = (byte)(y + state[++x]);
            (state[x], state[y]) = (state[y], state[x]);
            result[i] = (byte)(data[i] ^ state[(byte)(state[x] + state[y])]);
        }
        return result;
    }

    private static byte[] Pad(ReadOnlySpan<byte> password) => [.. password[..Math.Min(32, password.Length)], .. Padding.AsSpan(0, 32 - Math.Min(32, password.Length))];

    // Algorithms 2, 4–7.
    private static byte[]? OldKey(byte[] password, byte[] owner, byte[] user, PdfDict handler, PdfFile file, int revision, int length)
    {
        if (owner.Length < 32 || user.Length < 16) return null;
        var found = ByUser(Pad(password));
        if (found is not null) return found;
        var digest = MD5.HashData(Pad(password));
        if (revision >= 3)
        {
            for (var i = 0; i < 50; i++) digest = MD5.HashData(digest.AsSpan(0, length));
        }
        var inner = owner[..32];
        for (var i = revision >= 3 ? 19 : 0; i >= 0; i--) inner = Rc4(Xor(digest.AsSpan(0, length), i), inner);
        return ByUser(inner);

        byte[]? ByUser(byte[] padded)
        {
            var id = file.Resolve(file.Trailer["ID"]) is PdfArray { Items: [var head, ..] } && file.Resolve(head) is PdfString text ? text.Bytes.ToArray() : [];
            var permissions = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(permissions, (uint)(long)((file.Get(handler, "P") as PdfNumber)?.Amount ?? 0));
            byte[] all = [.. padded, .. owner.AsSpan(0, 32), .. permissions, .. id];
            if (revision >= 4 && file.Get(handler, "EncryptMetadata") is PdfBool { IsTrue: false }) all = [.. all, 255, 255, 255, 255];
            var hash = MD5.HashData(all);
            if (revision >= 3)
            {
                for (var i = 0; i < 50; i++) hash = MD5.HashData(hash.AsSpan(0, length));
            }
            var candidate = hash[..length];
            if (revision == 2) return Rc4(candidate, Padding).AsSpan().SequenceEqual(user.AsSpan(0, Math.Min(32, user.Length))) ? candidate : null;
            var check = MD5.HashData([.. Padding, .. id]);
            for (var i = 0; i < 20; i++) check = Rc4(Xor(candidate, i), check);
            return check.AsSpan().SequenceEqual(user.AsSpan(0, 16)) ? candidate : null;
        }
    }

    private static byte[] Xor(ReadOnlySpan<byte> key, int with)
    {
        var result = key.ToArray();
        for (var i = 0; i < result.Length; i++) result[i] ^= (byte)with;
        return result;
    }

    // Algorithms 2.A and 2.B.
    private static byte[]? NewKey(byte[] password, byte[] owner, byte[] user, byte[] ownerKey, byte[] userKey, int revision)
    {
        if (owner.Length < 48 || user.Length < 48 || ownerKey.Length < 32 || userKey.Length < 32) return null;
        if (password.Length > 127) password = password[..127];
        if (Hash(password, user.AsSpan(32, 8), [], revision).AsSpan().SequenceEqual(user.AsSpan(0, 32)))
            return Unwrap(Hash(password, user.AsSpan(40, 8), [], revision), userKey);
        if (Hash(password, owner.AsSpan(32, 8), user.AsSpan(0, 48), revision).AsSpan().SequenceEqual(owner.AsSpan(0, 32)))
            return Unwrap(Hash(password, owner.AsSpan(40, 8), user.AsSpan(0, 48), revision), ownerKey);
        return null;
    }

    private static byte[] Unwrap(byte[] with, byte[] wrapped)
    {
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.Key = with;
        return aes.DecryptCbc(wrapped.AsSpan(0, 32), new byte[16], PaddingMode.None);
    }

    private static byte[] Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> more, int revision)
    {
        byte[] k = SHA256.HashData([.. password, .. salt, .. more]);
        if (revision < 6) return k;
        using var aes = System.Security.Cryptography.Aes.Create();
        for (var round = 0; ; round++)
        {
            byte[] once = [.. password, .. k, .. more];
            var many = new byte[once.Length * 64];
            for (var i = 0; i < 64; i++) once.CopyTo(many, i * once.Length);
            aes.Key = k[..16];
            var e = aes.EncryptCbc(many, k.AsSpan(16, 16), PaddingMode.None);
            var rest = 0;
            for (var i = 0; i < 16; i++) rest += e[i];
            k = (rest % 3) switch { 0 => SHA256.HashData(e), 1 => SHA384.HashData(e), _ => SHA512.HashData(e) };
            if (round >= 63 && e[^1] <= round - 31) return k[..32];
        }
    }
}
