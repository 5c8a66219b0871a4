# The cell is told to stop, again if it stays silent; the end is FAILED whatever the code.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s cancel requested
    CANCELING, attempt 1 on cell-1, stop because Cancelled, wakes at 17s
    do: stop attempt 1 on cell-1
    story: CANCELING: cancel requested; cell-1 was told to stop attempt 1
3s cancel requested
    nothing changes
    do: stop attempt 1 on cell-1
17s woke
    CANCELING, attempt 1 on cell-1, stop because Cancelled, wakes at 32s
    do: stop attempt 1 on cell-1
18s exited 1 with 0 after our stop
    FAILED, attempt 1, exit 0
    because: task was cancelled
    story: FAILED: stopped; the process ended with status 0
