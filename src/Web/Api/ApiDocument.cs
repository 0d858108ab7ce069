using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sekisho.Assurance;

namespace Sekisho.Web.Api;

/// <summary>What the OpenAPI document says beyond the endpoints: title, how to sign in, both languages of each summary.</summary>
internal static class ApiDocument
{
    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = static description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "関所 API / Sekisho API",
                Version = "1",
                Description = "規程・条項の判定・義務・証跡・記録簿・台帳・組織・アカウント。誤りは RFC 9457 の文書で、code の意味は変わりません。 / " +
                    "Policies, verdicts of provisions, obligations, evidence, ledger, registers, organisation, accounts. Problems are RFC 9457 documents; the meaning of a code never changes.",
                License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            };
            document.Servers = [new OpenApiServer { Url = "/" }]; // the same wherever it is read
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["token"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "アカウント設定で発行する API トークン / API token, made in the account settings",
                },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<Bilingual>().FirstOrDefault() is { } says)
            {
                operation.Summary = says.Ja;
                operation.Description = says.En;
            }
            if (metadata.OfType<Microsoft.AspNetCore.Authorization.IAllowAnonymous>().Any()) operation.Security = [];
            foreach (var (status, response) in operation.Responses ?? [])
            {
                response.Description = status switch
                {
                    "200" => "完了 / done",
                    "201" => "作成 / made",
                    "204" => "完了（内容なし） / done, no content",
                    "400" => "要求の形式の誤り / malformed request",
                    "401" => "サインインが必要 / sign-in needed",
                    "403" => "権限なし / not allowed",
                    "404" => "見つからない / not found",
                    "409" => "規則による拒否 / refused by a rule",
                    "412" => "版が違う / another version",
                    "413" => "大きすぎる / too large",
                    "422" => "内容の誤り / invalid content",
                    "429" => "回数超過 / too many requests",
                    "500" => "内部の誤り / our fault",
                    "503" => "使用不可 / unavailable",
                    _ => response.Description,
                };
            }
            return Task.CompletedTask;
        });
    }
}
