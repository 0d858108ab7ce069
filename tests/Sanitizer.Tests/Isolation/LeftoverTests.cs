using Sekisho.Sanitizer.Isolation;

namespace Sekisho.Sanitizer.Tests.Isolation;

/// <summary>What a host that was killed leaves behind.</summary>
public sealed class LeftoverTests
{
    [Fact]
    public void What_a_killed_host_left_in_the_clear_goes_and_what_is_in_use_stays()
    {
        var below = Directory.CreateTempSubdirectory("sekisho-left-").FullName;
        try
        {
            string Lay(string name, bool isMarked)
            {
                var folder = Directory.CreateDirectory(Path.Combine(below, name)).FullName;
                Directory.CreateDirectory(Path.Combine(folder, "1"));
                File.WriteAllText(Path.Combine(folder, "1", "original"), "personal");
                if (isMarked) File.WriteAllText(Path.Combine(folder, "alive"), "");
                return folder;
            }

            var (dead, live, young, other) = (Lay("sekisho-san-dead", true), Lay("sekisho-san-live", true), Lay("sekisho-san-young", false), Lay("somebody-else", true));
            Directory.CreateSymbolicLink(Path.Combine(below, "sekisho-san-link"), other);
            using (new FileStream(Path.Combine(live, "alive"), FileMode.Open, FileAccess.Write, FileShare.None))
                Assert.Equal(1, Leftovers.Sweep(below));
            Assert.Equal((false, true, true, true), (Directory.Exists(dead), Directory.Exists(live), Directory.Exists(young), File.Exists(Path.Combine(other, "1", "original"))));
            // Its host has died.
            Assert.Equal(1, Leftovers.Sweep(below));
            Assert.False(Directory.Exists(live));
        }
        finally
        {
            Directory.Delete(below, recursive: true);
        }
    }
}
