using Granary.Api.Access;
using Granary.Core.Audit;
using Granary.Grains.Contracts;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Audit;

/// <summary>Tells grains on whose behalf a request is carried out. What is done for it, and is to be audited, they write down with it.</summary>
internal sealed class RequesterFilter : IEndpointFilter
{
    /// <summary>Asynchronous, so that what is set here ends with the request.</summary>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsGet(http.Request.Method) && http.Features.Get<Visit>() is { Caller: var caller })
        {
            Asking.By(new Requester(Guid.NewGuid(), new Actor(caller.Subject, "user", caller.Name)));
        }

        return await next(context);
    }
}
