# Its cell is drained and its run ends before the relief is up: no run of its own follows, and the app hears of it until it answers.
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
3s wanted version 1 in revision 2
    RUNNING, attempt 1 on cell-1, version 1, is relieved, up since 1s, wakes at 13s
    do: tell the app: attempt 1 makes way
4s wanted version 1 in revision 3 until relieved after 1
    RUNNING, attempt 1 on cell-1, version 1, is relieved, up since 1s, wakes at 14s
    do: tell the app: attempt 1 makes way
60s displaced 1: cell-1 is drained
    STOPPED, attempt 1, version 1, is relieved, wakes at 70s
    do: tell the app: attempt 1 has made way
    story: STOPPED: the attempt was moved: cell-1 is drained; its relief takes over
61s wanted version 1 in revision 4 until relieved after 1
    STOPPED, attempt 1, version 1, is relieved, wakes at 71s
    do: tell the app: attempt 1 has made way
71s woke
    STOPPED, attempt 1, version 1, is relieved, wakes at 81s
    do: tell the app: attempt 1 has made way
72s not wanted in revision 5
    STOPPED, attempt 1, version 1
73s woke
    nothing changes
