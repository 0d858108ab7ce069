using System.Globalization;
using System.Text;
using System.Text.Json;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>"nft -j list ruleset" and libnftables' JSON commands.</summary>
/// <remarks>Source: libnftables-json(5). Lines are those of the file: pretty-printed JSON is blamed to the line, a single-line listing to that line.</remarks>
internal sealed class NftJson(FileWork work, NftRuleset ruleset)
{
    private const int DepthLimit = 64;

    private byte[] bytes = [];
    private int counted;
    private int countedLine = 1;

    public void Read()
    {
        bytes = Encoding.UTF8.GetBytes(work.Text.Text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DepthLimit, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            if (!ToList(ref reader))
            {
                work.Ledger.Add(1, work.Text.LineCount, Reading.NotUnderstood);
                return;
            }

            work.Ledger.Add(1, LineOf((int)reader.TokenStartIndex), Reading.Structure);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                work.Cancel.ThrowIfCancellationRequested();
                var first = LineOf((int)reader.TokenStartIndex);
                using var item = JsonDocument.ParseValue(ref reader);
                var last = LineOf((int)reader.BytesConsumed - 1);
                if (Item(item.RootElement, first, last)) work.Ledger.Add(first, last, Reading.Understood);
                else work.Keep(first, last, new Touch.WholeDevice());
            }

            for (var line = LineOf((int)reader.TokenStartIndex); line <= work.Text.LineCount; line++) work.Ledger.Add(line, Reading.Structure);

            while (reader.Read())
            {
                // To the end: what is cut off is found here.
            }
        }
        catch (JsonException broken)
        {
            var line = Math.Clamp((int)(broken.LineNumber ?? 0) + 1, 1, work.Text.LineCount);
            work.Truncated(line);
            work.Ledger.Set(line, Reading.NotUnderstood);
        }
    }

    private static bool ToList(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartArray) return true;
            if (reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals("nftables"u8)) reader.Skip();
        }

        return false;
    }

    /// <summary>The line of a byte; asked in rising order, so each newline is counted once.</summary>
    private int LineOf(int offset)
    {
        offset = Math.Clamp(offset, 0, bytes.Length);
        if (offset > counted)
        {
            countedLine += bytes.AsSpan(counted..offset).Count((byte)'\n');
            counted = offset;
        }

        return Math.Min(countedLine, work.Text.LineCount);
    }

    private bool Item(JsonElement item, int first, int last)
    {
        if (item.ValueKind != JsonValueKind.Object) return false;
        foreach (var one in item.EnumerateObject())
        {
            var value = one.Value;
            switch (one.Name)
            {
                case "metainfo" or "counter" or "quota" or "limit" or "ct helper" or "ct timeout" or "ct expectation" or "secmark" or "synproxy" or "flowtable":
                    return true;
                case "add" or "create":
                    return Item(value, first, last);
                case "flush" when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("ruleset", out _):
                    ruleset.Tables.Clear();
                    return true;
                case "table":
                    var made = Table(value, "name");
                    made.Dormant |= value.TryGetProperty("flags", out var flags) && flags.ToString().Contains("dormant", StringComparison.Ordinal);
                    return true;
                case "chain":
                    return Chain(value, first);
                case "set" or "map":
                    return Set(value, one.Name == "map", first);
                case "element":
                    return Table(value, "table").Sets.TryGetValue(Text(value, "name"), out var set) && Elements(value, set, first);
                case "rule":
                    return Rule(value, first, last);
                default:
                    return false;
            }
        }

        return true;
    }

    private NftTable Table(JsonElement value, string name) => ruleset.Table((Text(value, "family"), Text(value, name)));

    private static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) ? found.ValueKind == JsonValueKind.String ? found.GetString() ?? "" : found.ToString() : "";

    private bool Chain(JsonElement value, int line)
    {
        var chain = Table(value, "table").Chain(Text(value, "name"), line);
        if (!value.TryGetProperty("hook", out var hook)) return true;
        chain.Hook = hook.GetString();
        chain.Type = Text(value, "type");
        chain.Drops = Text(value, "policy") == "drop";
        chain.PolicyLine = line;
        if (value.TryGetProperty("dev", out var devices))
        {
            foreach (var device in devices.ValueKind == JsonValueKind.Array ? devices.EnumerateArray().ToArray() : [devices])
                chain.Devices.Add(device.ToString());
        }

        chain.PriorityKnown = NftPriority.TryRead([.. Text(value, "prio").Split(' ')], 0, out var priority);
        chain.Priority = priority;
        return chain.PriorityKnown;
    }

    private bool Set(JsonElement value, bool map, int line)
    {
        var set = Table(value, "table").Set(Text(value, "name"), line);
        set.IsMap = map;
        set.Dynamic |= value.TryGetProperty("timeout", out _) || (value.TryGetProperty("flags", out var flags) && (flags.ToString().Contains("dynamic", StringComparison.Ordinal) || flags.ToString().Contains("timeout", StringComparison.Ordinal)));
        return Elements(value, set, line);
    }

    private static bool Elements(JsonElement value, NftSet set, int line)
    {
        if (value.TryGetProperty("elem", out var elements)) set.Elements.AddRange(SetOf(elements, line).Elements);
        return true;
    }

    private bool Rule(JsonElement value, int first, int last)
    {
        if (!value.TryGetProperty("expr", out var expressions) || expressions.ValueKind != JsonValueKind.Array) return false;
        List<NftStatement> statements = [];
        foreach (var expression in expressions.EnumerateArray()) statements.Add(Statement(expression, first));

        Table(value, "table").Chain(Text(value, "chain"), first).Rules.Add(new NftRule(statements, Text(value, "comment"), first, last));
        return true;
    }

    private static NftStatement Statement(JsonElement expression, int line)
    {
        if (expression.ValueKind != JsonValueKind.Object) return Strange(expression);
        foreach (var one in expression.EnumerateObject())
        {
            var value = one.Value;
            switch (one.Name)
            {
                case "accept" or "drop" or "return" or "continue" or "reject" or "queue":
                    return new NftStatement.Verdict(one.Name, null);
                case "jump" or "goto":
                    return new NftStatement.Verdict(one.Name, Text(value, "target"));
                case "counter" or "log" or "notrack" or "secmark" or "last" or "flow" or "ct helper" or "ct timeout" or "ct expectation" or "reset":
                    return new NftStatement.Neutral(one.Name);
                case "limit" or "quota" or "ct count" or "meter":
                    return new NftStatement.Unknowable(UnknownKind.Rate, one.Name);
                case "mangle":
                    return value.TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.Object && (key.TryGetProperty("meta", out _) || key.TryGetProperty("ct", out _)) ? new NftStatement.Neutral("mangle") : Strange(expression);
                case "set":
                    return new NftStatement.Fills(Text(value, "set").TrimStart('@'));
                case "match":
                    return Match(value, line, expression);
                case "vmap":
                    return value.TryGetProperty("key", out var mapKey) && Fields(mapKey, out var fields, out var mask) && mask is null && value.TryGetProperty("data", out var data)
                        ? new NftStatement.VerdictMap(fields, Value(data, line, map: true))
                        : Strange(expression);
                case "snat" or "dnat" or "masquerade" or "redirect":
                    return Nat(one.Name, value, line);
                default:
                    return Strange(expression);
            }
        }

        return Strange(expression);
    }

    private static NftStatement.Strange Strange(JsonElement expression)
    {
        var text = expression.GetRawText();
        return new NftStatement.Strange(text.Length > 120 ? text[..120] : text);
    }

    private static NftStatement Match(JsonElement value, int line, JsonElement whole)
    {
        if (!value.TryGetProperty("left", out var left) || !value.TryGetProperty("right", out var right) || !Fields(left, out var fields, out var mask))
            return Strange(whole);

        return new NftStatement.Match(fields, mask, Text(value, "op") is { Length: > 0 } op ? op : "in", Value(right, line, map: false));
    }

    private static NftStatement.Nat Nat(string name, JsonElement value, int line)
    {
        NftValue? address = null, port = null, map = null;
        List<string> fields = [];
        var prefix = false;
        if (value.ValueKind == JsonValueKind.Object)
        {
            if (value.TryGetProperty("addr", out var to))
            {
                if (to.ValueKind == JsonValueKind.Object && to.TryGetProperty("map", out var mapping))
                {
                    map = mapping.TryGetProperty("key", out var key) && Fields(key, out fields, out var mask) && mask is null && mapping.TryGetProperty("data", out var data)
                        ? Value(data, line, map: true)
                        : new NftValue(NftKind.Reference, "map");
                }
                else
                {
                    address = Value(to, line, map: false);
                }
            }

            if (value.TryGetProperty("port", out var ports)) port = Value(ports, line, map: false);
            prefix = value.TryGetProperty("type_flags", out var flags) && flags.ToString().Contains("prefix", StringComparison.Ordinal);
        }

        return new NftStatement.Nat(name, fields, map, address, port, prefix);
    }

    private static bool Fields(JsonElement left, out List<string> fields, out string? mask)
    {
        fields = [];
        mask = null;
        if (left.ValueKind != JsonValueKind.Object) return false;
        foreach (var one in left.EnumerateObject())
        {
            switch (one.Name)
            {
                case "concat":
                    foreach (var part in one.Value.EnumerateArray())
                    {
                        if (!Fields(part, out var inner, out var innerMask) || innerMask is not null) return false;
                        fields.AddRange(inner);
                    }

                    return true;
                case "&" or "|" or "^" or "<<" or ">>" when one.Value.ValueKind == JsonValueKind.Array && one.Value.GetArrayLength() == 2:
                    if (!Fields(one.Value[0], out fields, out mask)) return false;
                    var by = Value(one.Value[1], 0, map: false);
                    mask = (mask is null ? "" : mask + " ") + one.Name + " " + (by.Kind == NftKind.Flags ? string.Join(',', by.Items.Select(static item => item.Text)) : by.Text);
                    return true;
                case "payload":
                    fields.Add(one.Value.TryGetProperty("protocol", out _) ? Text(one.Value, "protocol") + " " + Text(one.Value, "field") : "@" + Text(one.Value, "base"));
                    return true;
                case "meta":
                    fields.Add("meta " + Text(one.Value, "key"));
                    return true;
                case "ct":
                    var direction = Text(one.Value, "dir");
                    fields.Add("ct " + (direction.Length > 0 ? direction + " " : "") + Text(one.Value, "key"));
                    return true;
                case "exthdr":
                    fields.Add("exthdr " + Text(one.Value, "name"));
                    return true;
                default:
                    fields.Add(one.Name is "tcp option" or "ip option" or "sctp chunk" ? one.Name + " " + Text(one.Value, "name") : one.Name);
                    return one.Name is "tcp option" or "ip option" or "sctp chunk" or "fib" or "rt" or "socket" or "osf" or "numgen" or "jhash" or "symhash" or "ipsec" or "tunnel";
            }
        }

        return false;
    }

    private static NftValue Value(JsonElement value, int line, bool map)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                var text = value.GetString() ?? "";
                return text == "*" ? new NftValue(NftKind.Any) : text.StartsWith('@') && text.Length > 1 ? new NftValue(NftKind.Reference, text[1..]) : new NftValue(NftKind.Word, text);
            case JsonValueKind.Number:
                return new NftValue(NftKind.Word, value.GetRawText());
            case JsonValueKind.Array:
                return map ? SetOf(value, line) : new NftValue(NftKind.Flags) { Items = [.. value.EnumerateArray().Select(item => Value(item, line, false))] };
            case JsonValueKind.Object:
                foreach (var one in value.EnumerateObject())
                {
                    switch (one.Name)
                    {
                        case "set":
                            return SetOf(one.Value, line);
                        case "prefix":
                            return new NftValue(NftKind.Word, string.Create(CultureInfo.InvariantCulture, $"{Text(one.Value, "addr")}/{Text(one.Value, "len")}"));
                        case "range" when one.Value.ValueKind == JsonValueKind.Array && one.Value.GetArrayLength() == 2:
                            return new NftValue(NftKind.Range, one.Value[0].ToString(), one.Value[1].ToString());
                        case "concat":
                            return new NftValue(NftKind.Concatenation) { Items = [.. one.Value.EnumerateArray().Select(item => Value(item, line, false))] };
                        case "elem":
                            return one.Value.TryGetProperty("val", out var inner) ? Value(inner, line, map) : new NftValue(NftKind.Strange, "elem");
                        case "|" when one.Value.ValueKind == JsonValueKind.Array:
                            return new NftValue(NftKind.Flags) { Items = [.. one.Value.EnumerateArray().SelectMany(item => Value(item, line, false) is { Kind: NftKind.Flags } flags ? flags.Items : [Value(item, line, false)])] };
                        default:
                            return new NftValue(NftKind.Strange, one.Name);
                    }
                }

                return new NftValue(NftKind.Strange);
            default:
                return new NftValue(NftKind.Strange, value.ToString());
        }
    }

    private static NftValue SetOf(JsonElement elements, int line)
    {
        List<NftElement> all = [];
        foreach (var element in elements.ValueKind == JsonValueKind.Array ? elements.EnumerateArray().ToArray() : [elements])
        {
            if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2)
                all.Add(new NftElement(Value(element[0], line, false), Data(element[1], line), line));
            else
                all.Add(new NftElement(Value(element, line, false), null, line));
        }

        return new NftValue(NftKind.Set) { Elements = all };
    }

    private static NftData Data(JsonElement value, int line)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var one in value.EnumerateObject())
            {
                switch (one.Name)
                {
                    case "accept" or "drop" or "return" or "continue" or "queue":
                        return new NftData(one.Name, null, null);
                    case "jump" or "goto":
                        return new NftData(one.Name, Text(one.Value, "target"), null);
                }
            }
        }

        return new NftData(null, null, Value(value, line, false));
    }
}
