using System.Collections.Frozen;

namespace Sekisho.Web.Api;

/// <summary>Which HTTP status a rule of the records answers with, by its code (docs/errors.md); what isn't listed is 422: the content is at fault.</summary>
internal static class RefusalStatus
{
    private static readonly FrozenDictionary<string, int> ByCode = Listed(
    [
        (403, ["REC-ACK-005", "REC-ACK-008"]),
        (404, ["REC-ACK-001"]),
        (409, ["REC-ACK-002", "REC-ACK-003", "REC-ACK-006", "REC-ACK-007"]),
        (404, ["REC-AST-010", "REC-AST-017", "REC-AST-026"]),
        (409, ["REC-AST-001", "REC-AST-002", "REC-AST-004", "REC-AST-015", "REC-AST-018", "REC-AST-019", "REC-AST-025"]),
        (409, ["REC-CLD-006"]),
        (404, ["REC-CON-011"]),
        (409, ["REC-CON-003", "REC-CON-005", "REC-CON-010", "REC-CON-012"]),
        (403, ["REC-DOC-004", "REC-DOC-005", "REC-DOC-008"]),
        (404, ["REC-DOC-001", "REC-DOC-017", "REC-DOC-020"]),
        (409, ["REC-DOC-003", "REC-DOC-006", "REC-DOC-007", "REC-DOC-009", "REC-DOC-011", "REC-DOC-012", "REC-DOC-014", "REC-DOC-016", "REC-DOC-022"]),
        (404, ["REC-EVI-009"]),
        (413, ["REC-EVI-006"]),
        (404, ["REC-EXC-004"]),
        (409, ["REC-EXC-003"]),
        (404, ["REC-INC-001"]),
        (409, ["REC-INC-002", "REC-INC-006", "REC-INC-008", "REC-INC-009", "REC-INC-010"]),
        (413, ["REC-OBL-001"]),
        (404, ["REC-ORG-001", "REC-ORG-007", "REC-ORG-011", "REC-ORG-019", "REC-ORG-020", "REC-ORG-022", "REC-ORG-027", "REC-ORG-039"]),
        (409, ["REC-ORG-003", "REC-ORG-006", "REC-ORG-008", "REC-ORG-010", "REC-ORG-015", "REC-ORG-016", "REC-ORG-028", "REC-ORG-029", "REC-ORG-036", "REC-ORG-037"]),
        (403, ["REC-POL-007"]),
        (404, ["REC-POL-003", "REC-POL-005"]),
        (409, ["REC-POL-004", "REC-POL-009", "REC-POL-010"]),
        (413, ["REC-POL-001"]),
        (404, ["REC-PUB-005"]),
        (409, ["REC-PUB-002", "REC-PUB-003", "REC-PUB-004"]),
        (404, ["REC-REG-001", "REC-REG-002", "REC-REG-115"]),
        (409, ["REC-REG-004", "REC-REG-005", "REC-REG-006"]),
        (413, ["REC-REG-117"]),
        (404, ["REC-ROM-001", "REC-ROM-006"]),
        (404, ["REC-RSK-001"]),
        (404, ["REC-ZON-008"]),
        (409, ["REC-ZON-001", "REC-ZON-003"]),
        (404, ["REC-SNS-003"]),
        (409, ["REC-SNS-004"]),
        (404, ["REC-TIE-001"]),
        (409, ["REC-TIE-004", "REC-TIE-006"]),
        (403, ["REC-TKO-008", "REC-TKO-010"]),
        (404, ["REC-TKO-001"]),
        (409, ["REC-TKO-007", "REC-TKO-009", "REC-TKO-011", "REC-TKO-012", "REC-TKO-018"]),
        (404, ["REC-TRM-003", "REC-TRM-005", "REC-TRM-006"]),
        (404, ["REC-WVR-001"]),
        (403, ["XNG-REQ-007", "XNG-REQ-008", "XNG-SYSTEM-008", "XNG-SYSTEM-009", "XNG-ZONE-001", "XNG-ZONE-004"]),
        (404, ["XNG-REQ-001", "XNG-SYSTEM-007", "XNG-FOLDER-006", "XNG-LINK-003", "XNG-LINK-004", "XNG-SENDER-005"]),
        (409, ["XNG-REQ-002", "XNG-REQ-006", "XNG-REQ-009", "XNG-REQ-016", "XNG-REQ-017", "XNG-REQ-018", "XNG-UPLOAD-001", "XNG-ROUTE-005", "XNG-LINK-002", "XNG-SENDER-004"]),
        (409, ["XNG-MAIL-013", "XNG-MAIL-014"]),
        (409, ["XNG-SCAN-001", "XNG-SCAN-003"]),
        (503, ["XNG-SCAN-002"]),
        (413, ["XNG-REQ-014", "XNG-UPLOAD-003"]),
        (423, ["XNG-UPLOAD-002"]),
        (429, ["XNG-BUSY-001", "XNG-BUSY-002", "XNG-REQ-015", "XNG-REQ-021", "XNG-REQ-022", "XNG-REQ-023"]),
        (500, ["XNG-VAULT-001"]),
        (507, ["XNG-FULL-001", "XNG-FULL-002", "XNG-FULL-003"]),
        (409, ["REC-WVR-002", "REC-WVR-006", "REC-WVR-007", "REC-WVR-008"]),
    ]);

    public static int Of(string code) => ByCode.GetValueOrDefault(code, StatusCodes.Status422UnprocessableEntity);

    private static FrozenDictionary<string, int> Listed(ReadOnlySpan<(int Status, string[] Codes)> lines)
    {
        var listed = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (status, codes) in lines)
            foreach (var code in codes) listed.Add(code, status);
        return listed.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
