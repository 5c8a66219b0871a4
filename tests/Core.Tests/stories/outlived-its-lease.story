# A cell that comes back tells what ran on beside the move: the story gains a doubt, once, and nothing else changes.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s outlived 1 on cell-1
    nothing changes
9s lost 1: its lease lapsed
    PENDING, attempt 1, losses 1
    do: find a cell for attempt 2
    story: PENDING: attempt 1 was lost on cell-1: its lease lapsed; move 1 of 2
10s placed 2 on cell-2
    RUNNING, attempt 2 on cell-2, losses 1
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
20s exited 2 with 0
    SUCCEEDED, attempt 2, losses 1, exit 0
    story: SUCCEEDED: attempt 2 exited with status 0
60s outlived 1 on cell-1
    SUCCEEDED, attempt 2, losses 1, exit 0
    story: unconfirmed: attempt 1 may have run on at cell-1 after its lease had lapsed
61s outlived 1 on cell-1
    nothing changes
