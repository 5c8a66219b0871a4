# The deadline of a running task orders a stop; a cancel after it does not change the cause.
task deadline=60s

0s submitted
    PENDING, attempt 0, wakes at 60s
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1, wakes at 60s
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
30s woke
    nothing changes
    do: find attempt 1 on cell-1
60s woke
    CANCELING, attempt 1 on cell-1, stop because DeadlinePassed, wakes at 75s
    do: stop attempt 1 on cell-1
    story: CANCELING: the deadline passed; cell-1 was told to stop attempt 1
61s cancel requested
    nothing changes
    do: stop attempt 1 on cell-1
62s exited 1 with 143 after our stop
    FAILED, attempt 1, exit 143
    because: deadline of 60 s passed
    story: FAILED: stopped; the process ended with status 143
