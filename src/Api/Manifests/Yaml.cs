using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Granary.Api.Manifests;

/// <summary>
/// A YAML document as a tree: one document, no anchors and no aliases (by which a few lines become millions of nodes), no key twice in a mapping,
/// and not nested without end.
/// </summary>
public abstract record Yaml
{
    /// <summary>A manifest is four levels deep; what a client puts in besides is ignored, and need not be deeper than a JSON body may be.</summary>
    private const int DepthMax = 32;

    private Yaml()
    {
    }

    /// <param name="IsPlain">Written without quotes: then it may stand for nothing, a number or a truth value.</param>
    public sealed record Scalar(string Text, bool IsPlain) : Yaml
    {
        public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";
    }

    public sealed record List(ImmutableArray<Yaml> Items) : Yaml;

    public sealed record Map(ImmutableArray<KeyValuePair<string, Yaml>> Entries) : Yaml;

    /// <summary>Throws <see cref="FormatException"/> when the text is not such a document; its message says why.</summary>
    public static Yaml Parse(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                return new Scalar("", IsPlain: true);
            }

            parser.Consume<DocumentStart>();
            var root = Node(parser, 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _) ? root : throw Fault("there is more than one document");
        }
        catch (YamlException fault)
        {
            throw Fault($"line {fault.Start.Line}: {fault.Message}");
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or OverflowException or IndexOutOfRangeException or KeyNotFoundException or IOException)
        {
            throw Fault("it is broken in a way that its parser has no words for"); // Found by sending broken ones: the parser throws such too, and it has nothing but the text.
        }
    }

    private static Yaml Node(Parser parser, int depth)
    {
        if (depth > DepthMax)
        {
            throw Fault($"it is nested more than {DepthMax} deep");
        }

        if (parser.TryConsume<AnchorAlias>(out _) || parser.Current is NodeEvent { Anchor.IsEmpty: false })
        {
            throw Fault("anchors and aliases are not supported");
        }

        if (parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var scalar))
        {
            return new Scalar(scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = ImmutableArray.CreateBuilder<Yaml>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(parser, depth + 1));
            }

            return new List(items.ToImmutable());
        }

        parser.Consume<MappingStart>();
        return Mapping(parser, depth);
    }

    private static Map Mapping(Parser parser, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<string, Yaml>>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(parser, depth + 1) is not Scalar { Text: var key })
            {
                throw Fault("a key is no text");
            }

            if (!keys.Add(key))
            {
                throw Fault($"the key '{key}' is there twice");
            }

            entries.Add(new(key, Node(parser, depth + 1)));
        }

        return new Map(entries.ToImmutable());
    }

    private static FormatException Fault(string words) => new(words);
}
