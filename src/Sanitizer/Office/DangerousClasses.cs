using System.Collections.Frozen;

namespace Sekisho.Sanitizer.Office;

/// <summary>Classes of objects by which documents were known to attack (R-06, O-11): told by name in reports. No object of any class is written, on this list or not.</summary>
internal static class DangerousClasses
{
    private static readonly FrozenDictionary<string, string> Clsids = new Dictionary<string, string>
    {
        ["0002CE02-0000-0000-C000-000000000046"] = "Equation Editor 3.0", ["0002CE03-0000-0000-C000-000000000046"] = "MathType", ["0003000B-0000-0000-C000-000000000046"] = "Equation 2",
        ["00000300-0000-0000-C000-000000000046"] = "OLE2Link (StdOleLink)", ["00000303-0000-0000-C000-000000000046"] = "file moniker", ["00000304-0000-0000-C000-000000000046"] = "item moniker", ["00000309-0000-0000-C000-000000000046"] = "composite moniker",
        ["79EAC9E0-BAF9-11CE-8C82-00AA004BA90B"] = "URL moniker", ["ECABAFC6-7F19-11D2-978E-0000F8757E2A"] = "new moniker", ["06290BD3-48AA-11D2-8432-006008C3FBFC"] = "script moniker", ["06290BD2-48AA-11D2-8432-006008C3FBFC"] = "scriptlet",
        ["06290BD1-48AA-11D2-8432-006008C3FBFC"] = "scriptlet host", ["F20DA720-C02F-11CE-927B-0800095AE340"] = "Package", ["0003000C-0000-0000-C000-000000000046"] = "Package", ["25336920-03F9-11CF-8FD0-00AA00686F13"] = "htmlfile",
        ["3050F4D8-98B5-11CF-BB82-00AA00BDCE0B"] = "HTML application", ["EAB22AC3-30C1-11CF-A7EB-0000C05BAE0B"] = "Shell.Explorer", ["8856F961-340A-11D0-A96B-00C04FD705A2"] = "Shell.Explorer.2", ["D27CDB6E-AE6D-11CF-96B8-444553540000"] = "Flash",
        ["D27CDB70-AE6D-11CF-96B8-444553540000"] = "Flash", ["05741520-C4EB-440A-AC3F-9643BBC9F847"] = "otkloadr", ["BDD1F04B-858B-11D1-B16A-00C0F0283628"] = "MSComctlLib.ListView", ["C74190B6-8589-11D1-B16A-00C0F0283628"] = "MSComctlLib.TreeView",
        ["996BF5E0-8044-4650-ADEB-0B013914E99C"] = "MSComctlLib.ListView", ["DFD181E0-5E2F-11CE-A449-00AA004A803D"] = "Forms.ScrollBar", ["978C9E23-D4B0-11CE-BF2D-00AA003F40D0"] = "Forms.Label", ["8BD21D10-EC42-11CE-9E0D-00AA006002F3"] = "Forms.TextBox",
        ["D7053240-CE69-11CD-A777-00DD01143C57"] = "Forms.CommandButton", ["4C599241-6926-101B-9992-00000B65C6F9"] = "Forms.Image", ["C62A69F0-16DC-11CE-9E98-00AA00574A4F"] = "Forms.Form", ["72C24DD5-D70A-438B-8A42-98424B88AFB8"] = "WScript.Shell",
        ["0D43FE01-F093-11CF-8940-00A0C9054228"] = "FileSystemObject", ["13709620-C279-11CE-A49E-444553540000"] = "Shell.Application", ["9BA05972-F6A8-11CF-A442-00A0C90A8F39"] = "ShellWindows", ["02BF25D5-8C17-4B23-BC80-D3488ABDDC6B"] = "QuickTime",
        ["22D6F312-B0F6-11D0-94AB-0080C74C7E95"] = "Windows Media Player", ["6BF52A52-394A-11D3-B153-00C04F79FAA6"] = "Windows Media Player", ["CA8A9780-280D-11CF-A24D-444553540000"] = "Acrobat reader",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] Names = ["Equation.", "Package", "OLE2Link", "htmlfile", "Shell.Explorer", "otkloadr", "Forms.", "ShockwaveFlash", "MSComctlLib.", "scriptletfile", "Word.DocumentMacroEnabled", "Excel.SheetMacroEnabled", "PowerPoint.ShowMacroEnabled"];

    /// <summary>Null for one that isn't known.</summary>
    public static string? ByClsid(string clsid) => Clsids.GetValueOrDefault(clsid);

    /// <summary>By the name that an object gives its class (ProgID).</summary>
    public static string? ByName(string name) => Array.Find(Names, n => name.StartsWith(n, StringComparison.OrdinalIgnoreCase));
}
