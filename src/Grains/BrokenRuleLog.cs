using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>Tells a rule that would be broken where operators look. Whoever called calls again, and nobody else would hear of it.</summary>
internal sealed partial class BrokenRuleLog(ILogger<BrokenRuleLog> log) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (UnreachableException fault)
        {
            Broken(context.TargetId, context.MethodName, fault);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Grain} did not carry out {Call}, which is a fault of Granary's: please report it with this line")]
    private partial void Broken(GrainId grain, string call, UnreachableException fault);
}
