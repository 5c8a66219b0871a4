# A cell is the only authority on its room. Refused placements are not counted against the task, but backed off.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1 after: cell-1 has 0 MB of 64 MB memory free
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1 after waiting: cell-1 has 0 MB of 64 MB memory free
2s declined 1: it has 0 MB memory and 960 MB disk free, and 64 MB memory and 64 MB disk is needed
    PENDING, attempt 1, moves 1, not before 2.222s, wakes at 2.222s
    do: find a cell for attempt 2, not before 2.222s
    story: PENDING: cell-1 did not admit attempt 1: it has 0 MB memory and 960 MB disk free, and 64 MB memory and 64 MB disk is needed
3s placed 2 on cell-1
    RUNNING, attempt 2 on cell-1, moves 1
    do: start attempt 2 on cell-1
    story: RUNNING: attempt 2 was placed on cell-1
4s declined 2: it has 0 MB memory and 960 MB disk free, and 64 MB memory and 64 MB disk is needed
    PENDING, attempt 2, moves 2, not before 4.452s, wakes at 4.452s
    do: find a cell for attempt 3, not before 4.452s
    story: PENDING: cell-1 did not admit attempt 2: it has 0 MB memory and 960 MB disk free, and 64 MB memory and 64 MB disk is needed
5s placed 3 on cell-2
    RUNNING, attempt 3 on cell-2, moves 2
    do: start attempt 3 on cell-2
    story: RUNNING: attempt 3 was placed on cell-2
6s exited 3 with 0
    SUCCEEDED, attempt 3, moves 2, exit 0
    story: SUCCEEDED: attempt 3 exited with status 0
