# The loss of the infrastructure moves it at once and is no crash, however often; losses one after the other are spread a little.
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
1000s lost 1: its lease lapsed
    PENDING, attempt 1, version 1, losses 1
    do: find a cell for attempt 2
    story: PENDING: attempt 1 was lost on cell-1: its lease lapsed
1000s placed 2 on cell-2
    RUNNING, attempt 2 on cell-2, version 1, losses 1
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
1001s lost 2: its lease lapsed
    PENDING, attempt 2, version 1, losses 2, not before 1001.217s, wakes at 1001.217s
    do: find a cell for attempt 3, not before 1001.217s
    story: PENDING: attempt 2 was lost on cell-2: its lease lapsed
1002s placed 3 on cell-3 after: it backed off
    RUNNING, attempt 3 on cell-3, version 1, losses 2
    do: start attempt 3 on cell-3
    story: RUNNING: attempt 3 was placed on cell-3 after waiting: it backed off
1003s outlived 2 on cell-2
    RUNNING, attempt 3 on cell-3, version 1, losses 2
    story: unconfirmed: attempt 2 may have run on at cell-2 after its lease had lapsed
1003s declined 3: no room
    PENDING, attempt 3, version 1, losses 2, moves 1, not before 1003.217s, wakes at 1003.217s
    do: find a cell for attempt 4, not before 1003.217s
    story: PENDING: cell-3 did not admit attempt 3: no room
1004s placed 4 on cell-1
    RUNNING, attempt 4 on cell-1, version 1, losses 2, moves 1
    do: start attempt 4 on cell-1
    story: RUNNING: attempt 4 was placed on cell-1
1010s displaced 4: cell-1 drains
    PENDING, attempt 4, version 1, losses 2, moves 2, not before 1010.473s, wakes at 1010.473s
    do: find a cell for attempt 5, not before 1010.473s
    story: PENDING: attempt 4 was moved off cell-1: cell-1 drains
1011s woke
    PENDING, attempt 4, version 1, losses 2, moves 2, not before 1010.473s
    do: find a cell for attempt 5, not before 1010.473s
