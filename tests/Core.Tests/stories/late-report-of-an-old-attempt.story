# An attempt that was given up cannot speak for the task any more.
task

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
3s exited 1 with 0
    nothing changes
4s placed 2 on cell-2
    RUNNING, attempt 2 on cell-2, losses 1
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
5s exited 1 with 0
    nothing changes
6s exited 2 with 3
    FAILED, attempt 2, losses 1, exit 3
    because: APP/TASK/sample-task: Exited with status 3
    story: FAILED: attempt 2 exited with status 3
