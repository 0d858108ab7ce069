namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>All that can be rebuilt, a line a family.</summary>
internal static class Rebuilders
{
    public static IReadOnlyList<IRebuilder> All { get; } =
    [
        new Texts.TextRebuilder(),
        new Images.Png.PngRebuilder(),
        new Images.Jpeg.JpegRebuilder(),
        new Pdf.PdfRebuilder(),
        new Ooxml.OoxmlRebuilder(),
        new Ooxml.Encryption.EncryptedOfficeRebuilder(),
        new Office.LegacyOfficeRebuilder(),
        new Archives.Zip.ZipRebuilder(),
        new Archives.GzipRebuilder(),
        new Archives.TarRebuilder(),
        new Archives.Lzh.LzhRebuilder(),
        new Archives.NativeRebuilder(),
        new Images.Gif.GifRebuilder(),
        new Images.Bmp.BmpRebuilder(),
        new Images.Tiff.TiffRebuilder(),
        new Images.Webp.WebpRebuilder(),
        new Images.MetafileRebuilder(),
        new Mail.MailRebuilder(),
        new Mail.Outlook.OutlookRebuilder(),
        new Cards.CalendarRebuilder(),
        new Cards.CardRebuilder(),
        new Markup.HtmlRebuilder(),
        new Markup.SvgRebuilder(),
        new Markup.XmlRebuilder(),
        new Markup.JsonRebuilder(),
        new Drawing.DxfRebuilder(),
        new Drawing.Sxf.SxfRebuilder(),
        new Drawing.Shapes.ShapeRebuilder(),
        new Drawing.Shapes.TableRebuilder(),
        new Drawing.Shapes.CoordinateSystemRebuilder(),
    ];
}
