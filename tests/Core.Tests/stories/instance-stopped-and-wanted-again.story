# What is not wanted is stopped and rests; late news of it change nothing. Wanted again, its numbers go on.
instance

0s wanted version 1 in revision 1
    PENDING, attempt 0, version 1
    do: find a cell for attempt 1
    story: PENDING: wanted: version 1 of its app
0s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1, version 1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
1s started 1
    RUNNING, attempt 1 on cell-1, version 1, up since 1s
    story: RUNNING: attempt 1 is up on cell-1
10s not wanted in revision 2
    CANCELING, attempt 1 on cell-1, version 1, up since 1s, wakes at 25s
    do: stop attempt 1 on cell-1
    story: CANCELING: not wanted any more; cell-1 was told to stop attempt 1
10s wanted version 1 in revision 1
    nothing changes
25s woke
    CANCELING, attempt 1 on cell-1, version 1, up since 1s, wakes at 40s
    do: stop attempt 1 on cell-1
26s exited 1 with 143 after our stop
    STOPPED, attempt 1, version 1
    story: STOPPED: stopped; the process ended with status 143
26s lost 1: late news
    nothing changes
27s placed 2 on cell-2
    nothing changes
28s restart requested
    refused, InstanceNotFound: Instance not found
30s wanted version 1 in revision 3
    PENDING, attempt 1, version 1
    do: find a cell for attempt 2
    story: PENDING: wanted: version 1 of its app
31s not wanted in revision 4
    STOPPED, attempt 1, version 1
    story: STOPPED: not wanted any more
32s wanted version 2 in revision 5
    PENDING, attempt 1, version 2
    do: find a cell for attempt 2
    story: PENDING: wanted: version 2 of its app
32s placed 2 on cell-2
    RUNNING, attempt 2 on cell-2, version 2
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
33s not wanted in revision 6
    CANCELING, attempt 2 on cell-2, version 2, wakes at 48s
    do: stop attempt 2 on cell-2
    story: CANCELING: not wanted any more; cell-2 was told to stop attempt 2
34s wanted version 2 in revision 7
    CANCELING, attempt 2 on cell-2, version 2, next version 2, another run follows, wakes at 48s
35s exited 2 with 0 after our stop
    PENDING, attempt 2, version 2
    do: find a cell for attempt 3
    story: PENDING: stopped; the process ended with status 0
