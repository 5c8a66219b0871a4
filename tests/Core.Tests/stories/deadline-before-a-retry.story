# A backoff never sleeps past the deadline.
task deadline=3s retries=5

0s submitted
    PENDING, attempt 0, wakes at 3s
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1, wakes at 3s
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2.9s exited 1 with 1
    PENDING, attempt 1, failures 1, exit 1, not before 3.79s, wakes at 3s
    do: find a cell for attempt 2, not before 3.79s
    story: PENDING: attempt 1 exited with status 1; retry 1 of 5 in 0.9 s
3s woke
    FAILED, attempt 1, failures 1, exit 1
    because: deadline of 3 s passed
    story: FAILED: the deadline passed while it waited for a cell
