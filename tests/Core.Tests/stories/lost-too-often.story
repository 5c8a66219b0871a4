# Two moves by default; the third loss is the end.
task losses=2

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s lost 1: its lease lapsed
    PENDING, attempt 1, losses 1
    do: find a cell for attempt 2
    story: PENDING: attempt 1 was lost on cell-1: its lease lapsed; move 1 of 2
3s placed 2 on cell-2
    RUNNING, attempt 2 on cell-2, losses 1
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
4s lost 2: its lease lapsed
    PENDING, attempt 2, losses 2
    do: find a cell for attempt 3
    story: PENDING: attempt 2 was lost on cell-2: its lease lapsed; move 2 of 2
5s placed 3 on cell-3
    RUNNING, attempt 3 on cell-3, losses 2
    do: start attempt 3 on cell-3
    story: RUNNING: attempt 3 was placed on cell-3
6s lost 3: its lease lapsed
    FAILED, attempt 3, losses 3
    because: lost 3 times, last on cell-3: its lease lapsed
    story: FAILED: attempt 3 was lost, and its 2 moves are spent: its lease lapsed
