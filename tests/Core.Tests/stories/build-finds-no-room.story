# No cell took it in all that time.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
900s woke
    FAILED, InsufficientResources - Insufficient resources
    story: FAILED: the deadline passed while it waited for a cell
