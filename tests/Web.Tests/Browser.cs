using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Sekisho.Web.Tests;

/// <summary>A browser without script: opens pages, fills forms in, follows where it is sent.</summary>
public sealed class Browser(HttpClient client) : IDisposable
{
    public HttpClient Http => client;

    public HttpStatusCode Status { get; private set; }

    /// <summary>Path and query of the page that is open.</summary>
    public string At { get; private set; } = "";

    public IHtmlDocument Page { get; private set; } = null!;

    public string Text => Page.Body?.TextContent ?? "";

    public async Task<Browser> OpenAsync(string path)
    {
        await TakeAsync(await client.GetAsync(path, TestContext.Current.CancellationToken));
        return this;
    }

    /// <summary>Sends the form that has a field, or, without one, the form whose handler has this name.</summary>
    public async Task<Browser> SubmitAsync(string form, params (string Name, string Value)[] fields)
    {
        var element = Page.QuerySelectorAll<IHtmlFormElement>("form").First(f => f.QuerySelector($"[name='{form}'], input[name=_handler][value='{form}']") is not null || f.GetAttribute("action") == form);
        var values = element.QuerySelectorAll("input, textarea, select").OfType<IHtmlElement>()
            .Where(e => e.GetAttribute("name") is { Length: > 0 } && !e.HasAttribute("disabled") && (e is not IHtmlInputElement { Type: "checkbox" or "radio" } box || box.IsChecked))
            .Select(e => KeyValuePair.Create(e.GetAttribute("name")!, e switch { IHtmlInputElement i => i.Value, IHtmlTextAreaElement t => t.Value, IHtmlSelectElement s => s.Value ?? "", _ => "" }))
            .Where(v => fields.All(f => f.Name != v.Key))
            .Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var content = new FormUrlEncodedContent(values);
        var target = element.GetAttribute("action") is { Length: > 0 } action ? action : At;
        await TakeAsync(await client.PostAsync(target, content, TestContext.Current.CancellationToken));
        return this;
    }

    public string? Value(string selector) => Page.QuerySelector(selector)?.GetAttribute("value");

    public void Dispose() => client.Dispose();

    private async Task TakeAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Status = answer.StatusCode;
            At = answer.RequestMessage!.RequestUri!.PathAndQuery;
            Page = await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }
}
