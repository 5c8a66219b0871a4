using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Ports;

namespace Granary.Grains.Cells;

/// <summary>
/// Keeps the record of the engine's lives, durably on the cell's host, and judges exits by it. An exit is judged only after the engine
/// answered on a fresh connection, or was seen to be absent: see <see cref="EngineRecord"/>.
/// </summary>
internal sealed class EngineWatch(IContainerRuntime runtime, ICellJournal journal, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private EngineRecord record = EngineRecord.Empty;

    /// <summary>Whether the engine answered when it was asked last.</summary>
    public bool IsUp { get; private set; }

    /// <summary>When <see cref="IsUp"/> changed last.</summary>
    public DateTimeOffset Since { get; private set; } = clock.GetUtcNow();

    /// <summary>What the engine said when it did not answer.</summary>
    public string Trouble { get; private set; } = "it was not asked yet";

    public async Task Load(CancellationToken cancellation) => record = await journal.EngineRecord(cancellation);

    /// <summary>Asks the engine on a fresh connection and notes the answer. Throws <see cref="EngineUnavailableException"/> when there is none.</summary>
    public async Task Probe(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var answer = await runtime.Probe(cancellation);
            await Note(record.Answered(answer), cancellation);
            Turn(true, "");
        }
        catch (EngineUnavailableException fault)
        {
            Turn(false, fault.Message);
            await NoteAbsence(cancellation);
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Null when a process that ended at this instant ended by itself; else the doubt in words. Ask only after a successful <see cref="Probe"/>.</summary>
    public string? DoubtAbout(DateTimeOffset finishedAt) => record.DoubtAbout(finishedAt);

    /// <summary>Whether nobody watched the engine at this instant, so that a process that ended then may have run until then. Ask only after a successful <see cref="Probe"/>.</summary>
    public bool WasUnwatched(DateTimeOffset finishedAt) => record.WasUnwatched(finishedAt);

    /// <summary>Whether the engine is known to have been up at this instant. Ask only after a successful <see cref="Probe"/>.</summary>
    public bool WasUp(DateTimeOffset at) => record.WasUp(at);

    public void Dispose() => turn.Dispose();

    /// <summary>Each time anew: what ends while the engine is absent is the command's own only as far as somebody watched.</summary>
    private async Task NoteAbsence(CancellationToken cancellation)
    {
        if (record.Lives is [.., var last] && runtime.IsGone(last.Process))
        {
            await Note(record.Gone(last.Process, clock.GetUtcNow()), cancellation);
        }
    }

    private async Task Note(EngineRecord next, CancellationToken cancellation)
    {
        if (!ReferenceEquals(next, record))
        {
            await journal.Write(next, cancellation);
            record = next;
        }
    }

    private void Turn(bool up, string trouble)
    {
        if (up != IsUp)
        {
            Since = clock.GetUtcNow();
        }

        IsUp = up;
        Trouble = trouble;
    }
}
