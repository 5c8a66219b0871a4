using Granary.Testing;

namespace Granary.Deploy.Tests;

[CollectionDefinition(SharedEngine.Collection)]
public class EngineCollection : ICollectionFixture<SharedEngine>;
