# A start of its app with something new ends the run; the next one is the new version. More instances of the same version change nothing.
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
5s wanted version 1 in revision 2
    RUNNING, attempt 1 on cell-1, version 1, up since 1s
6s wanted version 2 in revision 3
    CANCELING, attempt 1 on cell-1, version 1, next version 2, another run follows, up since 1s, wakes at 21s
    do: stop attempt 1 on cell-1
    story: CANCELING: version 2 of its app is wanted; cell-1 was told to stop attempt 1
7s wanted version 3 in revision 4
    CANCELING, attempt 1 on cell-1, version 1, next version 3, another run follows, up since 1s, wakes at 21s
8s exited 1 with 0 after our stop
    PENDING, attempt 1, version 3
    do: find a cell for attempt 2
    story: PENDING: stopped; the process ended with status 0
8s placed 2 on cell-1
    RUNNING, attempt 2 on cell-1, version 3
    do: start attempt 2 on cell-1
    story: RUNNING: attempt 2 was placed on cell-1
9s exited 2 with 1
    PENDING, attempt 2, version 3, crashes 1
    do: find a cell for attempt 3
    story: PENDING: attempt 2 exited with status 1: crash 1; it runs again at once
9s wanted version 4 in revision 5
    PENDING, attempt 2, version 4
    do: find a cell for attempt 3
    story: PENDING: version 4 of its app is wanted
