using Granary.Testing;

namespace Granary.Product.Tests;

[CollectionDefinition(SharedEngine.Collection)]
public class EngineCollection : ICollectionFixture<SharedEngine>;
