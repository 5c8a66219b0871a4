# No other cell would do better: this is the end, in words that a user can act on.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s declined 1 for good: the image example/none:1 does not exist
    FAILED, attempt 1
    because: the image example/none:1 does not exist
    story: FAILED: could not be started: the image example/none:1 does not exist
