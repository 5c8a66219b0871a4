namespace Granary.Grains.Contracts;

/// <summary>
/// None of our calls can be cancelled by its caller, so one that comes back as cancelled was given up by Orleans on its way, while the directory of grains changed hands
/// after a death. Told as what it is, a silo that could not be reached, it passes, and whoever called calls again.
/// </summary>
internal sealed class GivenUpCalls : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (OperationCanceledException fault) when (context.InterfaceMethod.DeclaringType?.Namespace == typeof(GivenUpCalls).Namespace)
        {
            throw new SiloUnavailableException($"{context.InterfaceMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name} was given up on its way.", fault);
        }
    }
}
