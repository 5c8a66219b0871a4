# The reason tells a kill by the memory limit from other kills.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s exited 1 with 137 out of memory
    FAILED, attempt 1, exit 137
    because: APP/TASK/sample-task: Exited with status 137 (out of memory)
    story: FAILED: attempt 1 exited with status 137 (out of memory)
