using System.Net;

namespace Sekisho.Zones.Model;

/// <summary>One address of either family.</summary>
/// <param name="Value">The address as a number; IPv4 in the low 32 bits.</param>
public readonly record struct Address(bool IsV6, UInt128 Value)
{
    public static Address V4(uint value) => new(false, value);

    public static Address V6(UInt128 value) => new(true, value);

    /// <summary>Reads <c>10.1.2.3</c> or <c>fd00::1</c>. Strict: four decimal numbers without leading zeros, so that 010 is never octal 8.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        if (TryParseV4(text, out var v4))
        {
            address = V4(v4);
            return true;
        }
        if (text.Contains(':') && !text.Contains('%') && text[0] != '[' && IPAddress.TryParse(text, out var v6))
        {
            Span<byte> bytes = stackalloc byte[16];
            v6.TryWriteBytes(bytes, out _);
            address = V6(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
            return true;
        }
        address = default;
        return false;
    }

    /// <summary>Reads four decimal numbers with dots between.</summary>
    public static bool TryParseV4(ReadOnlySpan<char> text, out uint value)
    {
        value = 0;
        int part = 0, digits = 0, parts = 1;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || ++parts > 4) return false;
                value = (value << 8) | (uint)part;
                part = digits = 0;
            }
            else if (char.IsAsciiDigit(c))
            {
                if (digits > 0 && part == 0) return false;
                part = part * 10 + (c - '0');
                if (part > 255) return false;
                digits++;
            }
            else
            {
                return false;
            }
        }
        if (parts != 4 || digits == 0) return false;
        value = (value << 8) | (uint)part;
        return true;
    }

    public override string ToString()
    {
        if (!IsV6) return $"{(uint)Value >> 24}.{((uint)Value >> 16) & 255}.{((uint)Value >> 8) & 255}.{(uint)Value & 255}";
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new IPAddress(bytes).ToString();
    }
}

/// <summary>A prefix: the addresses that share their first <paramref name="Length"/> bits. Bits behind are zero.</summary>
public readonly record struct AddressPrefix
{
    public AddressPrefix(Address address, int length)
    {
        var width = address.IsV6 ? 128 : 32;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)width, nameof(length));
        Length = length;
        First = address with { Value = address.Value & ~HostBits(width - length) };
    }

    public Address First { get; }

    public int Length { get; }

    public Address Last => First with { Value = First.Value | HostBits((First.IsV6 ? 128 : 32) - Length) };

    public bool Contains(Address address) => address.IsV6 == First.IsV6 && address.Value >= First.Value && address.Value <= Last.Value;

    /// <summary>Reads <c>10.1.0.0/16</c>, <c>10.1.0.0/255.255.0.0</c>, <c>fd00::/8</c>, or one address (a prefix of full length).</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressPrefix prefix)
    {
        prefix = default;
        var slash = text.IndexOf('/');
        if (!Address.TryParse(slash < 0 ? text : text[..slash], out var address)) return false;
        var width = address.IsV6 ? 128 : 32;
        if (slash < 0)
        {
            prefix = new(address, width);
            return true;
        }
        var rest = text[(slash + 1)..];
        if (!address.IsV6 && rest.Contains('.'))
        {
            if (!Address.TryParseV4(rest, out var mask) || LengthOfMask(mask) is not { } of) return false;
            prefix = new(address, of);
            return true;
        }
        if (rest.Length is 0 or > 3 || !int.TryParse(rest, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var length) || length > width) return false;
        prefix = new(address, length);
        return true;
    }

    /// <summary>255.255.0.0 → 16.</summary>
    /// <returns>Null where ones don't stand together at the front.</returns>
    public static int? LengthOfMask(uint mask)
    {
        var ones = System.Numerics.BitOperations.LeadingZeroCount(~mask);
        return ones == 32 || mask << ones == 0 ? ones : null;
    }

    private static UInt128 HostBits(int bits) => bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;

    public override string ToString() => $"{First}/{Length}";
}
