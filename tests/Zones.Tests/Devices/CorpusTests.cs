using System.Globalization;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>Real configurations: all are read, every line has its account, and the shares in docs/zones-devices.md are true.</summary>
public sealed class CorpusTests
{
    [Fact]
    public void Every_file_of_the_corpus_is_read_without_a_fault_and_every_line_is_accounted_for()
    {
        Dictionary<string, (int Files, int Understood, int Irrelevant, int Not)> table = [];
        StringBuilder details = new();
        foreach (string file in Corpus.Files("."))
        {
            ConfigReading reading = Corpus.Read(file);
            Assert.DoesNotContain(reading.Errors, static error => error.Code == "ZON-READ-009");
            string vendor = reading.Devices.Length > 0 ? reading.Devices[0].Vendor : "(none)";
            LineAccount lines = reading.Lines;
            int not = lines.Count(LineStatus.NotUnderstood);
            (int files, int understood, int irrelevant, int nots) = table.GetValueOrDefault(vendor);
            table[vendor] = (files + 1, understood + lines.Count(LineStatus.Understood), irrelevant + lines.Count(LineStatus.Irrelevant), nots + not);
            // What isn't understood is named, line by line.
            Assert.Equal(not, lines.NotUnderstood.SelectMany(static one => Enumerable.Range(one.Source.FirstLine, one.Source.LastLine - one.Source.FirstLine + 1)).Distinct().Count(line => line >= 1 && line <= lines.Lines.Length && lines.Lines[line - 1] == LineStatus.NotUnderstood));
            foreach (NotUnderstood one in lines.NotUnderstood)
            {
                details.Append(CultureInfo.InvariantCulture, $"{vendor}\t{one.Source}\t{one.Touches.GetType().Name}\t{one.Text}\n");
            }
            foreach (Sekisho.Assurance.ReadError error in reading.Errors)
            {
                details.Append(CultureInfo.InvariantCulture, $"{vendor}\t{file}\tERROR\t{error}\n");
            }
        }

        if (Environment.GetEnvironmentVariable("ZONES_CORPUS_DETAILS") is { } to)
        {
            foreach ((string vendor, (int files, int understood, int irrelevant, int not)) in table.OrderBy(static one => one.Key, StringComparer.Ordinal))
            {
                details.Append(CultureInfo.InvariantCulture, $"TABLE\t{vendor}\t{files}\t{understood}\t{irrelevant}\t{not}\t{100.0 * understood / Math.Max(1, understood + not):0.00}\n");
            }

            File.WriteAllText(to, details.ToString());
        }

        // The shares that docs/zones-devices.md tells; of lines that matter, those understood.
        foreach ((string vendor, double least) in ((string, double)[])[("fortios", 99.7), ("ios", 99.6), ("junos", 97.7), ("asa", 99.4), ("iptables", 99.8), ("nftables", 97.6), ("yamaha", 99), ("nec-ix", 95), ("panos", 99)])
        {
            (int files, int understood, _, int not) = table[vendor];
            Assert.True(files > 0 && 100.0 * understood / (understood + not) >= least, $"{vendor}: {understood} understood, {not} not");
        }
    }
}
