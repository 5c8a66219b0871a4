# Recovery is an event like any other. It asks the cell what became of the attempt and never starts the same one again.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
0.5s woke
    nothing changes
    do: find a cell for attempt 1
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s woke
    nothing changes
    do: find attempt 1 on cell-1
3s woke
    nothing changes
    do: find attempt 1 on cell-1
