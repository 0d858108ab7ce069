using System.Text;

namespace Sekisho.Sanitizer.Tests.Drawing;

public sealed class SxfTests
{
    private static Encoding Cp932 => CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    private static byte[] Bytes(string text) => Cp932.GetBytes(text.ReplaceLineEndings("\r\n"));

    private const string Sfc = """
        ISO-10303-21;
        HEADER;
        FILE_DESCRIPTION(('SCADEC level2 feature_mode'),
                '2;1');
        FILE_NAME('C:\Users\evil-user\表示.sfc',
                '2026-11-21T10:00:00',
                ('evil author'),
                ('evil organisation'),
                'SCADEC_API_Ver3.30$$3.1',
                'evil program',
                '');
        FILE_SCHEMA(('ASSOCIATIVE_DRAUGHTING'));
        ENDSEC;
        DATA;

        /*SXF
        #10 = pre_defined_colour_feature(\'red\')
        SXF*/
        /* evil comment */
        /*SXF
        #20 = layer_feature(\'道路中心線（表）ソ\','1')
        SXF*/
        /*SXF
        #30 = text_string_feature('1','1','1',\'ソースの表示 It's "㈱髙ｶﾅ\','10.5','-20.25','3.500000','7.0','0.000000','0.00000000000000','0.00000000000000','1','1')
        SXF*/
        /*SXF
        #40 = polyline_feature('1','1','1','1','2','(0.000000,10.000000)','(0.000000,5.5)')
        SXF*/
        /*SXF3.1
        #50 = clothoid_feature('1','1','1','1','0','0','100','0','1','0','10','0')
        SXF3.1*/
        /*SXF
        #60 = evil_script_feature(\'calc.exe\')
        SXF*/
        /*SXF
        #70 = sfig_org_feature(\'$$ATRU$$1$$jpg$$image$$\\evil.example\share\PHOTO.JPG\','1')
        SXF*/
        /*SXF
        #80 = drawing_sheet_feature(\'図面\','3','1','841','594')
        SXF*/
        #90 = EVIL_INSTANCE('x');
        ENDSEC;
        END-ISO-10303-21;
        evil behind the end

        """;

    private const string P21 = """
        ISO-10303-21;
        HEADER;
        /* evil comment */
        FILE_DESCRIPTION(('SCADEC level2 AP202_mode'),'2;1');
        FILE_NAME('\X2\56F3\X0\.p21','2026-11-21T10:00:00',('evil author'),(''),'SCADEC_API_Ver3.10','evil program','');
        FILE_SCHEMA(('ASSOCIATIVE_DRAUGHTING'));
        EVIL_HEADER('x');
        ENDSEC;
        DATA;
        #1=CARTESIAN_POINT('',(2.,3.E1));
        #2=DIRECTION('',(0.,5.));
        #3=AXIS2_PLACEMENT_2D('',#1,#2);
        #4=DRAUGHTING_PRE_DEFINED_COLOUR('red');
        #5=PERSON('evil person','x',$,$,$,$);
        #6=DOCUMENT_FILE('http://evil.example/',$,$);
        #7=EXTERNAL_SOURCE(IDENTIFIER('\\evil.example\share\hatch.sxf'));
        #8=TEXT_LITERAL('It''s \X2\571F6728202E\X0\ 表示','x',.LEFT.,#3);
        #9=(MAPPED_ITEM(#3,#6) REPRESENTATION_ITEM(''));
        #10=DRAUGHTING_MODEL('',(#3,#5,#8),$);
        #11=DRAWING_SHEET_REVISION('A3',(#9,#10),$,'01');
        ENDSEC;
        END-ISO-10303-21;

        """;

    [Fact]
    public void Features_of_sfc_stay_and_what_no_drawing_needs_goes()
    {
        var result = Nested.Holds("図面.sfc", Bytes(Sfc), null, "evil author", "evil organisation", "evil program", "evil comment", "evil_script", "calc.exe", "EVIL_INSTANCE", "evil behind", "evil-user", "evil.example");
        var text = Cp932.GetString(result.Out);
        foreach (var kept in (string[])[@"#10 = pre_defined_colour_feature(\'red\')", @"#20 = layer_feature(\'道路中心線（表）ソ\','1')", @"\'ソースの表示 It's ""㈱髙ｶﾅ\','10.5','-20.25'", "'(0.000000,10.000000)','(0.000000,5.5)'", "/*SXF3.1\r\n#50 = clothoid_feature(", "SXF3.1*/", @"$$ATRU$$1$$jpg$$image$$PHOTO.JPG\','1')", "'SCADEC_API_Ver3.30$$3.1','',''", "FILE_NAME('表示.sfc','2026-11-21T10:00:00',(''),('')", "ENDSEC;\r\nEND-ISO-10303-21;\r\n"])
            Assert.Contains(kept, text, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "G-02", "G-05", "G-07", "X-20" }, result.Threats.ToHashSet());
        Assert.Equal("sfc", result.Kind.Key);
    }

    [Fact]
    public void Instances_of_p21_stay_and_nothing_points_to_what_goes()
    {
        var result = Nested.Holds("図面.p21", Bytes(P21), null, "evil author", "evil program", "evil comment", "EVIL_HEADER", "evil person", "evil.example", "202E");
        var text = Cp932.GetString(result.Out);
        foreach (var kept in (string[])["#1=CARTESIAN_POINT('',(2.,3.E1));", "#7=EXTERNAL_SOURCE(IDENTIFIER('hatch.sxf'));", @"#8=TEXT_LITERAL('It''s \X2\571F6728\X0\ 表示','x',.LEFT.,#3);", "#9=(MAPPED_ITEM(#3,$) REPRESENTATION_ITEM(''));", "#10=DRAUGHTING_MODEL('',(#3,#8),$);", @"FILE_NAME('\X2\56F3\X0\.p21'"])
            Assert.Contains(kept, text, StringComparison.Ordinal);
        Assert.DoesNotContain("#5", text, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "G-05", "G-06", "G-07", "X-20" }, result.Threats.ToHashSet());
    }

    [Theory]
    [InlineData("#1=CARTESIAN_POINT('',(2.,3.));\n#1=LINE();", "SAN-SXF-004")]
    [InlineData("#1=CARTESIAN_POINT('',(2.,3.);", "SAN-SXF-002")]
    [InlineData("#1=CARTESIAN_POINT('open", "SAN-SXF-002")]
    [InlineData("#1=TEXT_LITERAL('\\X2\\12\\X0\\');", "SAN-SXF-001")]
    [InlineData("/* open", "SAN-SXF-002")]
    public void What_is_no_exchange_structure_is_refused(string data, string code) =>
        Assert.Equal(code, Bench.Run("a.p21", Bytes(P21[..P21.IndexOf("#1=", StringComparison.Ordinal)] + data + "\nENDSEC;\nEND-ISO-10303-21;\n")).Report.Refusal?.Code);

    [Theory]
    [InlineData("/*SXF\n#1 = line_feature('1'\nSXF*/")]
    [InlineData("/*SXF\n#1 = line_feature('1')\n*/")]
    [InlineData("/*SXF\n#1 = line_feature('*/ evil')\nSXF*/")]
    [InlineData("/*SXF9\n#1 = line_feature('1')\nSXF9*/")]
    public void A_feature_that_readers_would_see_differently_is_refused(string feature) =>
        Assert.Equal("SAN-SXF-005", Bench.Run("a.sfc", Bytes(Sfc[..Sfc.IndexOf("/*SXF", StringComparison.Ordinal)] + feature + "\nENDSEC;\nEND-ISO-10303-21;\n")).Report.Refusal?.Code);

    [Fact]
    public void Mutations_are_refused_or_rebuilt_and_nothing_else()
    {
        Nested.Fuzz("a.sfc", Bytes(Sfc), 1500);
        Nested.Fuzz("a.p21", Bytes(P21), 1500);
    }

    [Fact]
    public void A_binary_dxf_is_refused_by_its_own_code() => Assert.Equal("SAN-DXF-004", Bench.Run("a.dxf", "AutoCAD Binary DXF\r\n\u001a\0\0\0SECTION\0"u8.ToArray()).Report.Refusal?.Code);
}
