using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Native;

/// <summary>What is said when a library of the system is missing.</summary>
internal static class NativeLibraries
{
    public static RefusedException Missing(string package) => new("SAN-ENV-003",
        new($"必要なライブラリ（{package}）がありません。", $"A library that is needed ({package}) is missing."),
        new($"管理者が apt-get install {package} を実行してから、もう一度実行してください。", $"Have an administrator run apt-get install {package}, then run this again."));
}
