namespace Granary.Runtime.Conformance;

public sealed class FakeRuntimeConformance : RuntimeConformance
{
    protected override IEngineUnderTest Engine { get; } = new FakeEngine();
}

public sealed class FakeEngineConformance : EngineConformance
{
    protected override IMortalEngine Mortal { get; } = new FakeEngine();
}
