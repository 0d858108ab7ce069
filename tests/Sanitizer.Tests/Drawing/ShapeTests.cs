using System.Buffers.Binary;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Drawing;

public sealed class ShapeTests
{
    private static Encoding Cp932 => CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    private static byte[] Doubles(params double[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];

    private static byte[] Ints(params int[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];

    private static readonly byte[][] Polygons =
    [
        [.. Ints(5), .. Doubles(0, 0, 10, 10), .. Ints(1, 4, 0), .. Doubles(0, 0, 0, 10, 10, 10, 0, 0)],
        Ints(0),
        [.. Ints(5), .. Doubles(0, 0, 10, 10), .. Ints(2, 8, 0, 4), .. Doubles(0, 0, 0, 10, 10, 10, 0, 0, 1, 1, 1, 2, 2, 2, 1, 1)],
    ];

    /// <summary>A shp and its shx.</summary>
    private static (byte[] Shp, byte[] Shx) Shapes(int type, byte[][] records, byte[]? behind = null)
    {
        var (body, index) = (new MemoryStream(), new MemoryStream());
        for (var i = 0; i < records.Length; i++)
        {
            var pair = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(pair, (int)(100 + body.Length) / 2);
            BinaryPrimitives.WriteInt32BigEndian(pair.AsSpan(4), records[i].Length / 2);
            index.Write(pair);
            BinaryPrimitives.WriteInt32BigEndian(pair, i + 1);
            body.Write(pair);
            body.Write(records[i]);
        }
        return ([.. Header(type, body.Length), .. body.ToArray(), .. behind ?? []], [.. Header(type, index.Length), .. index.ToArray()]);
    }

    private static byte[] Header(int type, long bytes)
    {
        var header = new byte[100];
        BinaryPrimitives.WriteInt32BigEndian(header, 9994);
        "evil header bytes!!!"u8.CopyTo(header.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(24), (int)(100 + bytes) / 2);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), 1000);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(32), type);
        Doubles(0, 0, 10, 10, 0, 0, double.NaN, 0).CopyTo(header, 36);
        return header;
    }

    private static byte[] Table(byte version, byte driver, (string Name, char Type, int Length)[] fields, string[] rows, Encoding code, byte[]? behind = null)
    {
        var isFox = version == 0x30;
        var header = new byte[32 + (fields.Length * 32) + 1 + (isFox ? 263 : 0)];
        header[0] = version;
        (header[1], header[2], header[3]) = (126, 11, 21);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), rows.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)header.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), (ushort)(1 + fields.Sum(static f => f.Length)));
        "evil mark"u8.CopyTo(header.AsSpan(16));
        header[28] = 1;
        header[29] = driver;
        for (var i = 0; i < fields.Length; i++)
        {
            var at = 32 * (i + 1);
            code.GetBytes(fields[i].Name).CopyTo(header, at);
            header[at + 11] = (byte)fields[i].Type;
            header[at + 16] = (byte)fields[i].Length;
            "evil"u8.CopyTo(header.AsSpan(at + 20));
        }
        header[32 * (fields.Length + 1)] = 0x0D;
        if (isFox) "c:\\evil\\base.dbc"u8.CopyTo(header.AsSpan((32 * (fields.Length + 1)) + 1));
        return [.. header, .. rows.SelectMany(code.GetBytes), 0x1A, .. behind ?? []];
    }

    private static readonly (string, char, int)[] Fields = [("地番", 'C', 10), ("面積", 'N', 8), ("登記日", 'D', 8), ("有無", 'L', 1)];

    private static readonly string[] Rows = [" 表示ソ１1 12345.6 20261121T", "*evil deleted", " ｶﾅ㈱\0evil  *******        ?"];

    private static byte[] Cadastre(byte version = 3, byte driver = 0x13) =>
        Table(version, driver, Fields, [Rows[0], Rows[1].PadRight(28), Rows[2]], Cp932, "evil behind the end"u8.ToArray());

    [Fact]
    public void Shapes_stay_to_the_number_and_the_index_stays_true()
    {
        var (shp, shx) = Shapes(5, Polygons, "evil behind the end"u8.ToArray());
        var shape = Nested.Holds("筆界.shp", shp, null, "evil");
        var index = Nested.Holds("筆界.shx", shx, null, "evil");
        for (var i = 0; i < Polygons.Length; i++)
        {
            var offset = 2 * BinaryPrimitives.ReadInt32BigEndian(index.Out.AsSpan(100 + (8 * i)));
            Assert.Equal(i + 1, BinaryPrimitives.ReadInt32BigEndian(shape.Out.AsSpan(offset)));
            Assert.Equal(Polygons[i], shape.Out.AsSpan(offset + 8, Polygons[i].Length).ToArray());
        }
        Assert.Equal(-1e39, BinaryPrimitives.ReadDoubleLittleEndian(shape.Out.AsSpan(84)));
        Assert.Contains("G-02", shape.Threats);
    }

    public static TheoryData<int, byte[]> Kinds => new()
    {
        { 1, [.. Ints(1), .. Doubles(1, 2)] },
        { 11, [.. Ints(11), .. Doubles(1, 2, 3, 4)] },
        { 11, [.. Ints(11), .. Doubles(1, 2, 3)] },
        { 21, [.. Ints(21), .. Doubles(1, 2, 3)] },
        { 3, [.. Ints(3), .. Doubles(0, 0, 1, 1), .. Ints(1, 2, 0), .. Doubles(0, 0, 1, 1)] },
        { 13, [.. Ints(13), .. Doubles(0, 0, 1, 1), .. Ints(1, 2, 0), .. Doubles(0, 0, 1, 1, 5, 6, 5, 6)] },
        { 15, [.. Ints(15), .. Doubles(0, 0, 1, 1), .. Ints(1, 2, 0), .. Doubles(0, 0, 1, 1, 5, 6, 5, 6, 0, 0, 0, 0)] },
        { 25, [.. Ints(25), .. Doubles(0, 0, 1, 1), .. Ints(1, 2, 0), .. Doubles(0, 0, 1, 1, 5, 6, 5, 6)] },
        { 8, [.. Ints(8), .. Doubles(0, 0, 1, 1), .. Ints(2), .. Doubles(0, 0, 1, 1)] },
        { 18, [.. Ints(18), .. Doubles(0, 0, 1, 1), .. Ints(2), .. Doubles(0, 0, 1, 1, 5, 6, 5, 6)] },
        { 31, [.. Ints(31), .. Doubles(0, 0, 1, 1), .. Ints(1, 3, 0, 2), .. Doubles(0, 0, 1, 1, 2, 2, 5, 6, 5, 6, 7)] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_shape_is_read_to_its_end_and_not_beyond(int type, byte[] record)
    {
        Assert.Equal(record, Bench.Run("a.shp", Shapes(type, [record]).Shp).Out.AsSpan(108).ToArray());
        Assert.Equal("SAN-SHP-002", Bench.Run("a.shp", Shapes(type, [[.. record, .. "evil"u8]]).Shp).Report.Refusal?.Code);
        Assert.Equal("SAN-SHP-002", Bench.Run("a.shp", Shapes(type, [record[..^4]]).Shp).Report.Refusal?.Code);
        record = (byte[])record.Clone();
        BitConverter.GetBytes(double.PositiveInfinity).CopyTo(record, 4);
        Assert.Equal("SAN-SHP-002", Bench.Run("a.shp", Shapes(type, [record]).Shp).Report.Refusal?.Code);
    }

    [Theory]
    [InlineData(3, 0x13)]
    [InlineData(3, 0)]
    [InlineData(0x30, 0x7B)]
    public void A_table_keeps_its_values_in_cp932_and_nothing_that_is_not_seen(byte version, byte driver)
    {
        var result = Nested.Holds("筆界.dbf", Cadastre(version, driver), null, "evil");
        var header = BinaryPrimitives.ReadUInt16LittleEndian(result.Out.AsSpan(8));
        Assert.Equal(version, result.Out[0]);
        Assert.Equal(0, result.Out[28]);
        Assert.Equal(Rows[0] + "*" + new string(' ', 27) + Rows[2].Replace("\0evil", "     ", StringComparison.Ordinal) + "\u001a", Cp932.GetString(result.Out, header, result.Out.Length - header));
        Assert.Equal("地番", Cp932.GetString(result.Out, 32, 4));
        Assert.Superset(new HashSet<string> { "G-02", "G-07", "X-20" }, result.Threats.ToHashSet());
    }

    [Fact]
    public void Characters_that_short_fields_cut_off_and_direction_marks_become_blanks()
    {
        var table = Table(3, 0, [("A", 'C', 5), ("B", 'C', 8)], [" abcd\u00e9x\u202Ey\r\n "], Encoding.UTF8);
        // The last byte of the first field begins a character that the field has no room for.
        var row = BinaryPrimitives.ReadUInt16LittleEndian(table.AsSpan(8));
        byte[] bytes = [.. table[..row], .. " abcd"u8, 0xE3, .. "x"u8, 0xE2, 0x80, 0xAE, .. "y\r\nz"u8, 0x1A];
        var result = Bench.Run("a.dbf", bytes);
        Assert.Equal(" abcd x   y  z\u001a", Encoding.ASCII.GetString(result.Out, row, result.Out.Length - row));
        Assert.Contains("G-06", result.Threats);
    }

    [Fact]
    public void Memo_fields_and_values_of_another_type_refuse_the_table()
    {
        Assert.Equal("SAN-DBF-002", Bench.Run("a.dbf", Table(0x83, 0, [("M", 'M', 10)], [" 0000000001"], Encoding.ASCII)).Report.Refusal?.Code);
        Assert.Equal("SAN-DBF-003", Bench.Run("a.dbf", Table(3, 0, [("N", 'N', 4)], [" =1+2"], Encoding.ASCII)).Report.Refusal?.Code);
        Assert.Equal("SAN-DBF-003", Bench.Run("a.dbf", Table(3, 0, [("D", 'D', 8)], [" 2026/1/1"], Encoding.ASCII)).Report.Refusal?.Code);
        Assert.Equal("SAN-DBF-001", Bench.Run("a.dbf", Table(3, 0, [("D", 'D', 7)], [" 2026111"], Encoding.ASCII)).Report.Refusal?.Code);
        Assert.Equal("SAN-DBF-001", Bench.Run("a.dbf", Cadastre().AsMemory(0, 150)).Report.Refusal?.Code);
    }

    [Fact]
    public void Python_reads_the_same_from_what_came_out()
    {
        var (shp, shx) = Shapes(5, Polygons);
        var folder = Directory.CreateTempSubdirectory("sekisho-shp-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "a.dbf"), Bench.Run("a.dbf", Cadastre()).Out);
            File.WriteAllBytes(Path.Combine(folder, "a.shp"), Bench.Run("a.shp", shp).Out);
            File.WriteAllBytes(Path.Combine(folder, "a.shx"), Bench.Run("a.shx", shx).Out);
            const string Script = """
                import struct, sys
                f = sys.argv[1]
                shp, shx, dbf = (open(f + '/a.' + e, 'rb').read() for e in ('shp', 'shx', 'dbf'))
                assert struct.unpack('>i', shp[24:28])[0] * 2 == len(shp) and struct.unpack('>i', shx[24:28])[0] * 2 == len(shx)
                n = (len(shx) - 100) // 8
                types = []
                for i in range(n):
                    off, length = struct.unpack('>ii', shx[100 + 8 * i:108 + 8 * i])
                    assert struct.unpack('>ii', shp[off * 2:off * 2 + 8]) == (i + 1, length)
                    types.append(struct.unpack('<i', shp[off * 2 + 8:off * 2 + 12])[0])
                rows, head, size = struct.unpack('<IHH', dbf[4:12])
                assert rows == n and len(dbf) == head + rows * size + 1
                print(types, [dbf[head + i * size:head + (i + 1) * size].decode('cp932')[1:6].strip() for i in range(rows)])
                """;
            Assert.Equal("[5, 0, 5] ['表示ソ１1', '', 'ｶﾅ㈱']", Archives.Opened.Run("/usr/bin/python3", "-c", Script, folder).Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private const string Jgd2011 = "PROJCS[\"JGD_2011_平面直角座標系_IX\",GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\",SPHEROID[\"GRS_1980\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",0.0],PARAMETER[\"Central_Meridian\",139.8333333333333],PARAMETER[\"Scale_Factor\",0.9999],AXIS[\"X\",NORTH],UNIT[\"Meter\",1.0],AUTHORITY[\"EPSG\",\"6677\"]]";

    [Fact]
    public void A_coordinate_system_stays_to_the_word_and_its_extensions_go()
    {
        var hostile = Jgd2011[..^1].Replace(",UNIT[\"Meter\"", ",\r\n  UNIT [ \"Meter\"", StringComparison.Ordinal) + ",EXTENSION[\"PROJ4\",\"evil +nadgrids=http://evil.example/\"],REMARK[\"evil\"]]\r\n";
        var result = Nested.Holds("筆界.prj", Encoding.UTF8.GetBytes(hostile), null, "evil", "EXTENSION", "REMARK");
        Assert.Equal(Jgd2011, Encoding.UTF8.GetString(result.Out));
        Assert.Equal("prj", result.Kind.Key);
        // What only has the extension of one is a text like others.
        Assert.Equal("text", Bench.Run("a.prj", "設定=1\r\n"u8.ToArray()).Kind.Key);
        foreach (var wrong in (string[])["PROJCS[\"a\"", "PROJCS[\"a\",UNIT[\"m\",1e999]]", "PROJCS[\"a]", "PROJCS[\"a\"]x", "PROJCS[\"a\"),1"])
            Assert.Equal("SAN-PRJ-001", Bench.Run("a.prj", Encoding.UTF8.GetBytes(wrong)).Report.Refusal?.Code);
        Nested.Fuzz("a.prj", Encoding.UTF8.GetBytes(hostile), 1500);
    }

    [Fact]
    public void Mutations_are_refused_or_rebuilt_and_nothing_else()
    {
        var (shp, shx) = Shapes(5, Polygons);
        Nested.Fuzz("a.shp", shp, 1500);
        Nested.Fuzz("a.shx", shx, 1500);
        Nested.Fuzz("a.dbf", Cadastre(), 1500);
        Nested.Fuzz("a.dbf", Cadastre(0x30, 0), 1500);
    }
}
