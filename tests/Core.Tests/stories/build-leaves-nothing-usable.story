# Its scripts ended well, and what they left cannot be kept.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
5s left 1 nothing usable: the droplet cannot be kept: it has more than 2147483648 bytes
    FAILED, StagingError - Staging error: the droplet cannot be kept: it has more than 2147483648 bytes
    story: SUCCEEDED: attempt 1 exited with status 0
