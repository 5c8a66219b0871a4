# An operator drains the cell: the task moves, and its budgets are untouched.
task losses=0

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s displaced 1: cell-1 drains
    PENDING, attempt 1, moves 1, not before 2.222s, wakes at 2.222s
    do: find a cell for attempt 2, not before 2.222s
    story: PENDING: attempt 1 was moved off cell-1: cell-1 drains
3s placed 2 on cell-2
    RUNNING, attempt 2 on cell-2, moves 1
    do: start attempt 2 on cell-2
    story: RUNNING: attempt 2 was placed on cell-2
4s exited 2 with 0
    SUCCEEDED, attempt 2, moves 1, exit 0
    story: SUCCEEDED: attempt 2 exited with status 0
