# A staging moves like any other work; the report of an attempt that was given up makes no droplet.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
9s lost 1: nobody served cell-1 for 30 s; its lease was revoked and its warden confirmed the stop
    STAGING, PENDING, attempt 1
    do: find a cell for attempt 2
    story: PENDING: attempt 1 was lost on cell-1: nobody served cell-1 for 30 s; its lease was revoked and its warden confirmed the stop; move 1 of 2
9s placed 2 on cell-2
    STAGING, RUNNING, attempt 2 on cell-2
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
10s left 1 a droplet with web
    nothing changes
20s left 2 a droplet with worker
    STAGED, from what staging left, by sample_buildpack, worker: run worker
    story: SUCCEEDED: attempt 2 exited with status 0
30s outlived 1 on cell-1
    STAGED, from what staging left, by sample_buildpack, worker: run worker
    story: unconfirmed: attempt 1 may have run on at cell-1 after its lease had lapsed
