using System.Text.Json;
using Granary.Api.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Packages;

/// <summary>Reads an upload of bits: multipart, with the zip in the part "bits". It is passed on as it comes, with the name of its file, and never held as a whole.</summary>
internal sealed class UploadReader(IOptions<ApiOptions> options)
{
    private const int BoundaryLengthMax = 128;

    /// <summary>Of the part "resources", in bytes: an empty list, written as it may be.</summary>
    private const int ResourcesBytesMax = 4096;

    /// <param name="without">What is said of an upload without bits.</param>
    public async Task<T> Read<T>(HttpContext http, Func<Stream, string?, Task<T>> take, string without = "Upload must include either resources or bits")
    {
        var size = http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        if (!size.IsReadOnly)
        {
            size.MaxRequestBodySize = options.Value.UploadBytesMax;
        }

        if (http.Request.ContentLength > options.Value.UploadBytesMax)
        {
            throw new CfException(CfError.TooLarge(options.Value.UploadBytesMax)); // Said before anything is read or kept.
        }

        var parts = new MultipartReader(Boundary(http.Request), http.Request.Body);
        try
        {
            while (await parts.ReadNextSectionAsync(http.RequestAborted) is { } part)
            {
                switch (Name(part))
                {
                    case "bits":
                        return await take(part.Body, FileName(part));
                    case "resources":
                        await RefuseMatched(part, http.RequestAborted);
                        break;
                    case var other:
                        throw new CfException(CfError.Unprocessable($"Unknown field(s): '{other}'"));
                }
            }
        }
        catch (Exception fault) when (fault is InvalidDataException || (fault is IOException and not BadHttpRequestException && !http.RequestAborted.IsCancellationRequested && fault.GetType() == typeof(IOException)))
        {
            throw new CfException(CfError.NotParseable("the multipart body is broken"));
        }

        throw new CfException(CfError.Unprocessable(without));
    }

    private static string Boundary(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= BoundaryLengthMax } boundary)
        {
            return boundary;
        }

        throw new CfException(CfError.WrongMediaType("multipart/form-data"));
    }

    private static string? Name(MultipartSection part) =>
        ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;

    private static string? FileName(MultipartSection part) =>
        ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.FileName).Value : null;

    /// <summary>No resource was ever matched here, so that none can be left out of the zip.</summary>
    private static async Task RefuseMatched(MultipartSection part, CancellationToken cancellation)
    {
        var text = new byte[ResourcesBytesMax];
        var length = await part.Body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellation);
        if (length == text.Length || !IsEmptyList(text.AsMemory(0, length)))
        {
            throw new CfException(CfError.Unprocessable("Resources must be an empty array: the server has no files of an earlier upload"));
        }
    }

    private static bool IsEmptyList(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
