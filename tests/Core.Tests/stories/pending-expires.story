# Each wait for a cell is measured by itself, from when the task may be placed; what runs does not expire.
task pending=60s retries=1

0s submitted
    PENDING, attempt 0, wakes at 60s
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
30s woke
    nothing changes
    do: find a cell for attempt 1
59s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
200s woke
    nothing changes
    do: find attempt 1 on cell-1
201s exited 1 with 1
    PENDING, attempt 1, failures 1, exit 1, not before 201.89s, wakes at 201.89s
    do: find a cell for attempt 2, not before 201.89s
    story: PENDING: attempt 1 exited with status 1; retry 1 of 1 in 0.9 s
250s woke
    PENDING, attempt 1, failures 1, exit 1, not before 201.89s, wakes at 261.89s
    do: find a cell for attempt 2, not before 201.89s
260s woke
    nothing changes
    do: find a cell for attempt 2, not before 201.89s
263s woke
    FAILED, attempt 1, failures 1, exit 1
    because: Task expired in PENDING state
    story: FAILED: no cell took it within 60 s
264s placed 2 on cell-1
    nothing changes
