# A choice for another number is no choice, and a running task takes no second cell.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 2 on cell-1
    nothing changes
2s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
3s placed 1 on cell-2
    nothing changes
4s placed 2 on cell-2
    nothing changes
5s cancel requested
    CANCELING, attempt 1 on cell-1, stop because Cancelled, wakes at 20s
    do: stop attempt 1 on cell-1
    story: CANCELING: cancel requested; cell-1 was told to stop attempt 1
6s placed 2 on cell-2
    nothing changes
