# A lost cell confirms a stop too: the evidence says that nothing runs any more.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s cancel requested
    CANCELING, attempt 1 on cell-1, stop because Cancelled, wakes at 17s
    do: stop attempt 1 on cell-1
    story: CANCELING: cancel requested; cell-1 was told to stop attempt 1
9s lost 1: its lease lapsed
    FAILED, attempt 1
    because: task was cancelled
    story: FAILED: stopped; the attempt was lost: its lease lapsed
