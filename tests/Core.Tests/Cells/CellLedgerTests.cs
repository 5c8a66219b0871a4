using CsCheck;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Testing;

namespace Granary.Core.Tests.Cells;

public sealed class CellLedgerTests
{
    private static readonly CellCapacity Total = new(256, 1024);

    private static readonly Gen<(int Kind, int Number, int MemoryMb, int DiskMb)[]> Steps =
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 6], Gen.Int[0, 200], Gen.Int[0, 800]).Array[1, 40];

    [Fact]
    public void What_is_reserved_is_the_sum_and_an_admission_never_exceeds_the_total() => Steps.Sample(
        steps =>
        {
            var ledger = CellLedger.Of(Total);
            foreach (var (kind, number, memoryMb, diskMb) in steps)
            {
                var (attempt, wanted, before) = (Attempt(number), new CellCapacity(memoryMb, diskMb), ledger);
                if (kind <= 2)
                {
                    (ledger, var reason) = before.Admit(attempt, wanted);
                    var fits = before.Free.Holds(wanted) || before.Entries.ContainsKey(attempt);
                    Require(fits == reason is null, "a reason goes with a refusal only");
                    Require(reason is null || ledger == before, "a refusal changed the ledger");
                    Require(ledger == before || Total.Holds(ledger.Reserved), "an admission exceeded the total");
                }
                else
                {
                    ledger = kind == 3 ? before.Release(attempt) : before.Reserve(attempt, wanted);
                    Require(ledger.Entries.ContainsKey(attempt) == (kind == 4), "the entry does not tell what was done");
                }

                Require(ledger.Entries.Values.Aggregate(default(CellCapacity), CellCapacity.Add) == ledger.Reserved, "the sum differs");
            }
        },
        iter: 20_000);

    [Fact]
    public void A_refusal_says_what_is_free_and_what_is_needed()
    {
        var (ledger, _) = CellLedger.Of(Total).Admit(Attempt(1), new CellCapacity(200, 24));

        var (_, reason) = ledger.Admit(Attempt(2), new CellCapacity(64, 64));

        Assert.Equal("it has 56 MB memory and 1000 MB disk free, and 64 MB memory and 64 MB disk is needed", reason);
    }

    [Fact]
    public void What_runs_already_is_counted_even_if_it_does_not_fit()
    {
        var ledger = CellLedger.Of(Total).Reserve(Attempt(1), new CellCapacity(300, 1));

        Assert.Equal(-44, ledger.Free.MemoryMb);
        Assert.NotNull(ledger.Admit(Attempt(2), new CellCapacity(0, 1)).Reason);
    }

    private static AttemptKey Attempt(int number) => new(A.TaskId().Value, number);

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException(rule);
        }
    }
}
