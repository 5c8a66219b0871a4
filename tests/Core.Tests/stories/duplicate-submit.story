# A submit may be repeated: it finds the task that it made, in every phase.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s submitted
    nothing changes
2s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
3s submitted
    nothing changes
4s exited 1 with 0
    SUCCEEDED, attempt 1, exit 0
    story: SUCCEEDED: attempt 1 exited with status 0
5s submitted
    nothing changes
