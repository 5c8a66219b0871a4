# Its cell is drained: it runs on until its relief is up, and is stopped then. The other way round, it is the relief itself.
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
2s make way 1
    RUNNING, attempt 1 on cell-1, version 1, is relieved, up since 1s, wakes at 12s
    do: tell the app: attempt 1 makes way
    story: RUNNING: cell-1 is drained: it is started elsewhere before it is stopped on cell-1
2s make way 1
    nothing changes
3s wanted version 1 in revision 2 until relieved after 1
    RUNNING, attempt 1 on cell-1, version 1, is relieved, up since 1s, wakes at 13s
    do: tell the app: attempt 1 makes way
13s woke
    RUNNING, attempt 1 on cell-1, version 1, is relieved, up since 1s, wakes at 23s
    do: tell the app: attempt 1 makes way
14s not wanted in revision 3
    CANCELING, attempt 1 on cell-1, version 1, up since 1s, wakes at 29s
    do: stop attempt 1 on cell-1
    story: CANCELING: not wanted any more; cell-1 was told to stop attempt 1
14s exited 1 with 143 after our stop
    STOPPED, attempt 1, version 1
    story: STOPPED: stopped; the process ended with status 143
20s wanted version 1 in revision 4 as a relief after 4
    PENDING, attempt 4, version 1, relieves
    do: find a cell for attempt 5
    story: PENDING: wanted in place of attempt 4, which makes way: version 1 of its app
20s placed 5 on cell-1
    RUNNING, attempt 5 on cell-1, version 1, relieves
    do: start attempt 5 on cell-1
    story: RUNNING: attempt 5 was placed on cell-1
21s make way 5
    nothing changes
21s started 5
    RUNNING, attempt 5 on cell-1, version 1, relieves, up since 21s, wakes at 31s
    do: tell the app: attempt 5 is up as a relief
    story: RUNNING: attempt 5 is up on cell-1
31s woke
    RUNNING, attempt 5 on cell-1, version 1, relieves, up since 21s, wakes at 41s
    do: tell the app: attempt 5 is up as a relief
32s wanted version 1 in revision 5 after 4
    RUNNING, attempt 5 on cell-1, version 1, up since 21s
33s woke
    nothing changes
    do: find attempt 5 on cell-1
