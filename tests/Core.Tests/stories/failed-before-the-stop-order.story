# The same with an own failure; the retry budget is not used, because somebody wanted the task to end.
task retries=3

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
3s exited 1 with 3
    FAILED, attempt 1, exit 3
    because: APP/TASK/sample-task: Exited with status 3
    story: FAILED: attempt 1 exited with status 3 before the stop order reached it
