using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Granary.Cli.Output;

/// <summary>Where the command writes: results to standard output, all else to standard error.</summary>
internal sealed class Terminal : IDisposable
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stream stream = StandardOutput.Open();
    private readonly StreamWriter output;

    public Terminal()
    {
        output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        IsTerminal = !Console.IsOutputRedirected;
        HasColours = IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    }

    /// <summary>A person looks at standard output.</summary>
    public bool IsTerminal { get; }

    public bool HasColours { get; }

    /// <summary>Columns; without a terminal as many as it takes.</summary>
    public int Width => IsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : short.MaxValue;

    /// <summary>A line of the result. What came from a server must have gone through <see cref="Shown"/>.</summary>
    public void Line(string text = "")
    {
        output.Write(text);
        output.Write('\n');
        output.Flush();
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        output.Flush();
        stream.Write(bytes);
    }

    /// <summary>One document, indented.</summary>
    public void Json(JsonElement element)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Indented))
        {
            element.WriteTo(writer);
        }

        bytes.WriteByte((byte)'\n');
        Raw(bytes.ToArray());
    }

    /// <summary>Several objects as one array.</summary>
    public void Json(IEnumerable<JsonElement> elements)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Indented))
        {
            writer.WriteStartArray();
            foreach (var element in elements)
            {
                element.WriteTo(writer);
            }

            writer.WriteEndArray();
        }

        bytes.WriteByte((byte)'\n');
        Raw(bytes.ToArray());
    }

    /// <summary>What a person may want to know and a program does not: on standard error.</summary>
    public static void Note(string text) => Console.Error.WriteLine(text);

    public void Dispose()
    {
        output.Dispose();
        stream.Dispose();
    }
}
