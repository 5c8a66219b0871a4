# A build is STAGING while its container runs, and STAGED by the report that brings what it left.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
0s asked for
    nothing changes
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s woke
    nothing changes
    do: find attempt 1 on cell-1
60s left 1 a droplet with web worker
    STAGED, from what staging left, by sample_buildpack, web: run web, worker: run worker
    story: SUCCEEDED: attempt 1 exited with status 0
61s exited 1 with 0
    nothing changes
62s cancel requested
    refused, Conflict: Task state is SUCCEEDED and therefore cannot be canceled
63s asked for
    nothing changes
