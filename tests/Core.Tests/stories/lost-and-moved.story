# The loss of the infrastructure under a task moves it, at once.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
9s lost 1: nobody served cell-1 for 30 s; its lease was revoked and its warden confirmed the stop
    PENDING, attempt 1, losses 1
    do: find a cell for attempt 2
    story: PENDING: attempt 1 was lost on cell-1: nobody served cell-1 for 30 s; its lease was revoked and its warden confirmed the stop; move 1 of 2
9s placed 2 on cell-2
    RUNNING, attempt 2 on cell-2, losses 1
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
12s exited 2 with 0
    SUCCEEDED, attempt 2, losses 1, exit 0
    story: SUCCEEDED: attempt 2 exited with status 0
