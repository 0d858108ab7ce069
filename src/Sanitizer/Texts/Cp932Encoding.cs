using System.Text;

namespace Sekisho.Sanitizer.Texts;

/// <summary>CP932 that reads every code that Windows reads, and throws for the others.</summary>
internal sealed class Cp932Encoding() : Encoding(932)
{
    private static readonly Encoding Writing = CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    public override string EncodingName => "Windows-31J";

    public override int GetCharCount(byte[] bytes, int index, int count) => Read(bytes.AsSpan(index, count), default);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) => Read(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public override int GetByteCount(char[] chars, int index, int count) => Writing.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Writing.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => charCount * 2;

    public override int GetMaxCharCount(int byteCount) => byteCount;

    private static int Read(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var table = JapaneseTables.Cp932;
        var count = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            char c;
            if (b < 0x80) c = (char)b;
            else if (b is >= 0xA1 and <= 0xDF) c = (char)(0xFF61 + b - 0xA1);
            else if (i + 1 < bytes.Length && table[(b << 8) | bytes[i + 1]] is var pair and not '\0')
            {
                c = pair;
                i++;
            }
            else throw new DecoderFallbackException("no character of CP932", [b], i);
            if (!chars.IsEmpty) chars[count] = c;
            count++;
        }
        return count;
    }
}
