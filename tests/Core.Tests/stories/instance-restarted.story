# One instance is run anew: its process is stopped, the next run follows at once. While it backs off, the wait ends.
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
2s restart requested
    CANCELING, attempt 1 on cell-1, version 1, another run follows, up since 1s, wakes at 17s
    do: stop attempt 1 on cell-1
    story: CANCELING: restart requested; cell-1 was told to stop attempt 1
3s restart requested
    nothing changes
    do: stop attempt 1 on cell-1
4s exited 1 with 143 after our stop
    PENDING, attempt 1, version 1
    do: find a cell for attempt 2
    story: PENDING: stopped; the process ended with status 143
4s placed 2 on cell-1
    RUNNING, attempt 2 on cell-1, version 1
    do: start attempt 2 on cell-1
    story: RUNNING: attempt 2 was placed on cell-1
5s exited 2 with 1
    PENDING, attempt 2, version 1, crashes 1
    do: find a cell for attempt 3
    story: PENDING: attempt 2 exited with status 1: crash 1; it runs again at once
5s placed 3 on cell-1
    RUNNING, attempt 3 on cell-1, version 1, crashes 1
    do: start attempt 3 on cell-1
    story: RUNNING: attempt 3 was placed on cell-1
6s exited 3 with 1
    PENDING, attempt 3, version 1, crashes 2
    do: find a cell for attempt 4
    story: PENDING: attempt 3 exited with status 1: crash 2; it runs again at once
6s placed 4 on cell-1
    RUNNING, attempt 4 on cell-1, version 1, crashes 2
    do: start attempt 4 on cell-1
    story: RUNNING: attempt 4 was placed on cell-1
7s exited 4 with 1
    FAILED, attempt 4, version 1, crashes 3, wakes at 33.036s
    story: FAILED: attempt 4 exited with status 1: crash 3; it runs again in 26 s
8s restart requested
    PENDING, attempt 4, version 1
    do: find a cell for attempt 5
    story: PENDING: restart requested
8s placed 5 on cell-2
    RUNNING, attempt 5 on cell-2, version 1
    do: start attempt 5 on cell-2
    story: RUNNING: attempt 5 was placed on cell-2
9s woke
    nothing changes
    do: find attempt 5 on cell-2
