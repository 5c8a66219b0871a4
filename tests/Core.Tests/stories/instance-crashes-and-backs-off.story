# An end by itself is a crash, whatever its status: run again at once twice, then after a wait that doubles. A run that lasted is a new beginning.
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
2s exited 1 with 1
    PENDING, attempt 1, version 1, crashes 1
    do: find a cell for attempt 2
    story: PENDING: attempt 1 exited with status 1: crash 1; it runs again at once
2s placed 2 on cell-1
    RUNNING, attempt 2 on cell-1, version 1, crashes 1
    do: start attempt 2 on cell-1
    story: RUNNING: attempt 2 was placed on cell-1
3s exited 2 with 0
    PENDING, attempt 2, version 1, crashes 2
    do: find a cell for attempt 3
    story: PENDING: attempt 2 exited with status 0: crash 2; it runs again at once
3s placed 3 on cell-2
    RUNNING, attempt 3 on cell-2, version 1, crashes 2
    do: start attempt 3 on cell-2
    story: RUNNING: attempt 3 was placed on cell-2
4s exited 3 with 137 out of memory
    FAILED, attempt 3, version 1, crashes 3, wakes at 30.036s
    story: FAILED: attempt 3 exited with status 137 (out of memory): crash 3; it runs again in 26 s
5s woke
    nothing changes
34s woke
    PENDING, attempt 3, version 1, crashes 3
    do: find a cell for attempt 4
    story: PENDING: its time has come after crash 3
34s placed 4 on cell-1
    RUNNING, attempt 4 on cell-1, version 1, crashes 3
    do: start attempt 4 on cell-1
    story: RUNNING: attempt 4 was placed on cell-1
35s declined 4 for good: /bin/bash: not found
    FAILED, attempt 4, version 1, crashes 4, wakes at 91.77s
    story: FAILED: attempt 4 could not be started: /bin/bash: not found: crash 4; it runs again in 57 s
95s woke
    PENDING, attempt 4, version 1, crashes 4
    do: find a cell for attempt 5
    story: PENDING: its time has come after crash 4
95s placed 5 on cell-1
    RUNNING, attempt 5 on cell-1, version 1, crashes 4
    do: start attempt 5 on cell-1
    story: RUNNING: attempt 5 was placed on cell-1
95s started 5
    RUNNING, attempt 5 on cell-1, version 1, up since 95s, crashes 4
    story: RUNNING: attempt 5 is up on cell-1
3600s exited 5 with 0
    PENDING, attempt 5, version 1, crashes 1
    do: find a cell for attempt 6
    story: PENDING: attempt 5 exited with status 0: crash 1; it runs again at once
