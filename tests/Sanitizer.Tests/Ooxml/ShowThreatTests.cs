namespace Sekisho.Sanitizer.Tests.Ooxml;

public sealed class ShowThreatTests
{
    private const string Box = "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"t\">{0}</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>題名</a:t></a:r></a:p></p:txBody></p:sp>";

    [Theory]
    [InlineData("ppaction://program", "X-27")]
    [InlineData("ppaction://macro?name=MARK", "X-27")]
    [InlineData("ppaction://ole?verb=0", "X-27")]
    [InlineData("ppaction://hlinkfile", "X-27")]
    [InlineData("ppaction://media", "X-27")]
    public void X27_Actions_that_start_something_go(string action, string threat)
    {
        var made = Made.Show(Box.Replace("{0}", $"<a:hlinkClick r:id=\"rId2\" action=\"{action}\"/><a:hlinkHover r:id=\"\" action=\"ppaction://hlinkshowjump?jump=nextslide\"/>", StringComparison.Ordinal)).To("ppt/slides/slide1.xml", "rId2", "hyperlink", "file:///c:/MARK.exe", true);
        WordThreatTests.Gone(made, "a.pptx", [threat], ["MARK", action], out var result);
        var text = IndependentReader.Text(result.Out);
        Assert.Contains("jump=nextslide", text, StringComparison.Ordinal);
        Assert.Contains("題名", text, StringComparison.Ordinal);
    }

    [Fact]
    public void X06_X17_X20_Objects_become_pictures_and_media_commands_and_tags_go()
    {
        var made = Made.Show("<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"4\" name=\"表\"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x=\"1\" y=\"2\"/><a:ext cx=\"3\" cy=\"4\"/></p:xfrm><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/presentationml/2006/ole\"><p:oleObj name=\"MARK\" r:id=\"rId2\" imgW=\"1\" imgH=\"1\" progId=\"Package\"><p:embed/><p:pic><p:nvPicPr><p:cNvPr id=\"0\" name=\"\"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed=\"rId3\"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm><a:off x=\"1\" y=\"2\"/><a:ext cx=\"3\" cy=\"4\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr></p:pic></p:oleObj></a:graphicData></a:graphic></p:graphicFrame>"
            + "<p:pic><p:nvPicPr><p:cNvPr id=\"5\" name=\"v\"/><p:cNvPicPr/><p:nvPr><a:videoFile r:link=\"rId4\"/><p:custDataLst><p:tags r:id=\"rId5\"/></p:custDataLst></p:nvPr></p:nvPicPr><p:blipFill><a:blip r:embed=\"rId3\"/></p:blipFill><p:spPr/></p:pic>", afterTree: "<p:timing><p:tnLst><p:par><p:cTn id=\"1\" dur=\"indefinite\" nodeType=\"tmRoot\"><p:childTnLst><p:cmd type=\"verb\" cmd=\"MARK\"><p:cBhvr><p:cTn id=\"2\"/><p:tgtEl><p:spTgt spid=\"4\"/></p:tgtEl></p:cBhvr></p:cmd></p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>")
            .Part("ppt/embeddings/o.bin", "application/vnd.openxmlformats-officedocument.oleObject", "MARK-OLE").To("ppt/slides/slide1.xml", "rId2", "oleObject", "../embeddings/o.bin").Part("ppt/media/image1.png", "", Made.Png).To("ppt/slides/slide1.xml", "rId3", "image", "../media/image1.png")
            .To("ppt/slides/slide1.xml", "rId4", "video", "http://evil/MARK.mp4", true).Part("ppt/tags/tag1.xml", Made.Open + "presentationml.tags+xml", "<x>MARK</x>").To("ppt/slides/slide1.xml", "rId5", "tags", "../tags/tag1.xml");
        WordThreatTests.Gone(made, "a.pptx", ["X-06", "X-17", "X-20", "X-27"], ["MARK", "oleObj", "videoFile", "p:cmd"], out var result);
        Assert.Contains("<p:pic><p:nvPicPr><p:cNvPr id=\"4\" name=\"表\"/>", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X06_An_object_whose_picture_is_in_an_old_drawing_becomes_that_picture()
    {
        var made = Made.Show("<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"4\" name=\"o\"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x=\"1\" y=\"2\"/><a:ext cx=\"3\" cy=\"4\"/></p:xfrm><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/presentationml/2006/ole\"><p:oleObj spid=\"_x0000_s1026\" name=\"MARK\" r:id=\"rId2\" progId=\"P\"><p:embed/></p:oleObj></a:graphicData></a:graphic></p:graphicFrame>")
            .Part("ppt/embeddings/o.bin", "application/vnd.openxmlformats-officedocument.oleObject", "MARK-OLE").To("ppt/slides/slide1.xml", "rId2", "oleObject", "../embeddings/o.bin")
            .Part("ppt/drawings/vmlDrawing1.vml", "", "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"><v:shape id=\"_x0000_s1026\"><v:imagedata o:relid=\"rId1\" o:title=\"\"/></v:shape></xml>").To("ppt/slides/slide1.xml", "rId3", "vmlDrawing", "../drawings/vmlDrawing1.vml")
            .Part("ppt/media/image1.png", "", Made.Png).To("ppt/drawings/vmlDrawing1.vml", "rId1", "image", "../media/image1.png");
        WordThreatTests.Gone(made, "a.pptx", ["X-06"], ["MARK", "oleObj", "vmlDrawing"], out var result);
        var text = IndependentReader.Text(result.Out);
        Assert.Contains("ppt/media/image1.png", text, StringComparison.Ordinal);
        Assert.Contains("<a:off x=\"1\" y=\"2\"/>", text, StringComparison.Ordinal);
        // Its own picture, not the placeholder.
        var id = System.Text.RegularExpressions.Regex.Match(text, "r:embed=\"([^\"]+)\"").Groups[1].Value;
        Assert.Matches($"Id=\"{id}\" Type=\"[^\"]+/image\" Target=\"../media/image1.png\"", text);
    }

    [Fact]
    public void X03_Shows_and_templates_stay_what_they_are_without_macros()
    {
        foreach (var (type, from, kind) in new[] { ("slideshow", "ppsm", "ppsx"), ("template", "potm", "potx"), ("presentation", "pptm", "pptx") })
            Assert.Equal(kind, Made.Show(Box.Replace("{0}", "", StringComparison.Ordinal), $"application/vnd.ms-powerpoint.{type}.macroEnabled.main+xml").Disarm("a." + from).Kind.Key);
    }
}
