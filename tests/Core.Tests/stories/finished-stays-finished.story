# Nothing but labels changes a finished task.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s exited 1 with 3
    FAILED, attempt 1, exit 3
    because: APP/TASK/sample-task: Exited with status 3
    story: FAILED: attempt 1 exited with status 3
3s exited 1 with 0
    nothing changes
4s lost 1: its lease lapsed
    nothing changes
5s placed 2 on cell-2
    nothing changes
6s woke
    nothing changes
7s cancel requested
    refused, Conflict: Task state is FAILED and therefore cannot be canceled
8s relabelled team=blue
    FAILED, attempt 1, exit 3
    because: APP/TASK/sample-task: Exited with status 3
