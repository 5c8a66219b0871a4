# What was done before the stop order reached it counts.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s cancel requested
    STAGING, CANCELING, attempt 1 on cell-1
    do: stop attempt 1 on cell-1
    story: CANCELING: cancel requested; cell-1 was told to stop attempt 1
3s left 1 a droplet with web
    STAGED, from what staging left, by sample_buildpack, web: run web
    story: SUCCEEDED: attempt 1 exited with status 0
