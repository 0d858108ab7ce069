using Sekisho.Assurance;

namespace Sekisho.Web.Pages.ThirdParties;

/// <summary>The page that an entry of these registers has beside its entry in the register.</summary>
internal static class OwnPage
{
    /// <summary>Null for other registers, and where this person may not open it.</summary>
    /// <param name="readsAll">Officers and auditors.</param>
    public static (string Href, Bilingual Name)? Of(string register, Guid id, bool readsAll) => register switch
    {
        "contractors" when readsAll => ($"/contractors/{id}", new("契約と年次確認", "Contracts and confirmation")),
        "contracts" => ($"/contracts/{id}", new("点検表と記録", "Sheets and records")),
        "cloud-services" => ($"/cloud-services/{id}", new("承認", "Approval")),
        "social-media" => ($"/social-media/{id}", new("投稿", "Posts")),
        _ => null,
    };
}
