using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Sekisho.Assurance;

namespace Sekisho.Cli;

/// <summary>One crossing by the API of a server: opened, filled by tus, handed in, waited for, fetched. A broken line is gone on with.</summary>
internal sealed class CrossRun(Uri server, string secret, string folder, TimeSpan wait)
{
    private const int MostTries = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <returns>The exit code.</returns>
    public async Task<int> SendAsync(IReadOnlyList<string> names, string route, string? purpose, IReadOnlyList<string> passwords, CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        try
        {
            var id = (await AskAsync(client, HttpMethod.Post, "/api/v1/crossings", new { route, purpose }, cancel)).GetProperty("id").GetString()!;
            foreach (var name in names) await UploadAsync(client, id, name, cancel);
            await AskAsync(client, HttpMethod.Post, $"/api/v1/crossings/{id}/submit", new { passwords }, cancel);
            return await FetchAsync(client, id, cancel);
        }
        catch (Refused e)
        {
            await Launch.SayAsync(e.Code, e.What, e.Next);
            return e.Status >= 500 ? Launch.OutsideIsDown : Launch.BadInput;
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancel.IsCancellationRequested)
        {
            await Launch.SayAsync("CLI-CROSS-004", new("サーバーにつながらないか、途中で切れました。", "The server can't be reached, or the line broke."), new("ネットワークを確かめて、もう一度実行してください。", "Check the network, then run it again."), e.Message);
            return Launch.OutsideIsDown;
        }
    }

    private static async Task UploadAsync(HttpClient client, string request, string name, CancellationToken cancel)
    {
        await using var content = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        using var create = Tus(HttpMethod.Post, $"/api/v1/crossings/{request}/uploads");
        create.Headers.Add("Upload-Length", content.Length.ToString(CultureInfo.InvariantCulture));
        create.Headers.Add("Upload-Metadata", "filename " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Path.GetFileName(name))));
        using var created = await SureAsync(client, create, cancel);
        var place = created.Headers.Location!;
        var at = 0L;
        for (var tries = 0; at < content.Length;)
        {
            try
            {
                content.Position = at;
                using var piece = Tus(HttpMethod.Patch, place.OriginalString);
                piece.Headers.Add("Upload-Offset", at.ToString(CultureInfo.InvariantCulture));
                piece.Content = new StreamContent(new Unclosed(content));
                piece.Content.Headers.ContentType = new("application/offset+octet-stream");
                piece.Content.Headers.ContentLength = content.Length - at;
                using var taken = await SureAsync(client, piece, cancel);
                at = Offset(taken);
            }
            catch (HttpRequestException) when (++tries < MostTries)
            {
                // Asked how far it is, and gone on from there.
                await Task.Delay(Pause, cancel);
                using var head = Tus(HttpMethod.Head, place.OriginalString);
                using var answer = await client.SendAsync(head, cancel);
                if (answer.IsSuccessStatusCode) at = Offset(answer);
            }
        }
    }

    private async Task<int> FetchAsync(HttpClient client, string id, CancellationToken cancel)
    {
        var until = Environment.TickCount64 + (long)wait.TotalMilliseconds;
        JsonElement detail;
        string state;
        while ((state = (detail = await AskAsync(client, HttpMethod.Get, $"/api/v1/crossings/{id}", null, cancel)).GetProperty("request").GetProperty("state").GetString()!) is "working" or "waiting" && Environment.TickCount64 < until)
            await Task.Delay(TimeSpan.FromSeconds(state == "waiting" ? 5 : 0.5), cancel);
        var number = detail.GetProperty("request").GetProperty("number").GetString();
        if (state is "working" or "waiting")
        {
            Console.WriteLine(state == "waiting" ? $"{number}: 承認を待っています / waits for approval" : $"{number}: 無害化しています / is being made harmless");
            return Launch.Findings;
        }
        Directory.CreateDirectory(folder);
        var all = true;
        foreach (var file in detail.GetProperty("files").EnumerateArray())
        {
            var path = file.GetProperty("path").GetString()!;
            var output = file.TryGetProperty("outputPath", out var its) ? its.GetString() : null;
            // A name from the server leads nowhere but into the folder.
            var name = Path.GetFileName((output ?? path).Replace('\\', '/'));
            if (file.TryGetProperty("report", out var report) && report.ValueKind == JsonValueKind.Object) await File.WriteAllTextAsync(Free(name + ".report.json"), report.GetRawText(), cancel);
            if (state == "delivered" && file.GetProperty("state").GetString() is "out" or "admitted")
            {
                using var answer = await SureAsync(client, new(HttpMethod.Get, $"/api/v1/crossings/files/{file.GetProperty("id").GetString()}/content"), cancel);
                var (whole, passing) = (Free(name), Path.Combine(folder, $".{Guid.NewGuid():N}"));
                await using (var to = new FileStream(passing, FileMode.CreateNew)) await answer.Content.CopyToAsync(to, cancel);
                File.Move(passing, whole);
                Console.WriteLine($"● {path} → {whole}");
                continue;
            }
            all = false;
            Console.WriteLine($"▲ {path}: {(file.TryGetProperty("refusal", out var refusal) && refusal.GetString() is { } code ? code : state)}");
        }
        return all ? Launch.Fine : Launch.Findings;
    }

    private string Free(string name)
    {
        var path = Path.Combine(folder, name);
        for (var number = 2; File.Exists(path); number++) path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}");
        return path;
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await SureAsync(client, request, cancel);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancel);
    }

    private static async Task<HttpResponseMessage> SureAsync(HttpClient client, HttpRequestMessage request, CancellationToken cancel)
    {
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            var said = answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancel) : default;
            throw Refused.Of(answer.StatusCode, said);
        }
    }

    private static HttpRequestMessage Tus(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        return request;
    }

    private static long Offset(HttpResponseMessage answer) => long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The server's no, in its own words.</summary>
    private sealed class Refused(int status, string code, Bilingual what, Bilingual next) : Exception(code)
    {
        public int Status { get; } = status;

        public string Code { get; } = code;

        public Bilingual What { get; } = what;

        public Bilingual Next { get; } = next;

        public static Refused Of(HttpStatusCode status, JsonElement said)
        {
            var number = ((int)status).ToString(CultureInfo.InvariantCulture);
            return new((int)status, Text(said, "code") ?? "CLI-CROSS-005",
                Both(said, "titles") ?? new($"サーバーが断りました（{number}）。", $"The server refused ({number})."), Both(said, "details") ?? new("鍵と経路を確かめてください。", "Check the key and the route."));
        }

        private static Bilingual? Both(JsonElement said, string name) =>
            said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out var both) && Text(both, "ja") is { } ja && Text(both, "en") is { } en ? new(ja, en) : null;

        private static string? Text(JsonElement said, string name) => said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    /// <summary>The file stays open when a piece of it is sent: the next piece goes on.</summary>
    private sealed class Unclosed(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
