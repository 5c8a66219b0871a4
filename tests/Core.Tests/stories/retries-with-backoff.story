# Own failures use the retry budget, each after a longer delay.
task retries=2

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s exited 1 with 3
    PENDING, attempt 1, failures 1, exit 3, not before 2.89s, wakes at 2.89s
    do: find a cell for attempt 2, not before 2.89s
    story: PENDING: attempt 1 exited with status 3; retry 1 of 2 in 0.9 s
# Its backoff is over: placement is told once more and remembers by itself from here on.
4s woke
    PENDING, attempt 1, failures 1, exit 3, not before 2.89s
    do: find a cell for attempt 2, not before 2.89s
5s woke
    nothing changes
    do: find a cell for attempt 2, not before 2.89s
6s placed 2 on cell-1
    RUNNING, attempt 2 on cell-1, failures 1
    do: start attempt 2 on cell-1
    story: RUNNING: attempt 2 was placed on cell-1
7s exited 2 with 3
    PENDING, attempt 2, failures 2, exit 3, not before 8.81s, wakes at 8.81s
    do: find a cell for attempt 3, not before 8.81s
    story: PENDING: attempt 2 exited with status 3; retry 2 of 2 in 1.8 s
10s placed 3 on cell-1
    RUNNING, attempt 3 on cell-1, failures 2
    do: start attempt 3 on cell-1
    story: RUNNING: attempt 3 was placed on cell-1
11s exited 3 with 3
    FAILED, attempt 3, failures 2, exit 3
    because: APP/TASK/sample-task: Exited with status 3
    story: FAILED: attempt 3 exited with status 3
