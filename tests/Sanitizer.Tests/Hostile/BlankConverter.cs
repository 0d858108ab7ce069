using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Tests.Ooxml;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Gives an empty document for whatever comes: for tests of what reads a file before it is converted.</summary>
internal sealed class BlankConverter : IConverter
{
    private static readonly byte[] Word = Made.Word("<w:p/>").Bytes(), Book = Made.Book("<sheetData/>").Bytes(), Show = Made.Show("").Bytes();

    public byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to) => to == FileKind.Docx ? Word : to == FileKind.Xlsx ? Book : to == FileKind.Pptx ? Show : Made.Png;
}
