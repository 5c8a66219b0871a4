# A task that must never run twice fails instead of moving.
task on-loss=fail

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s placed 1 on cell-1
    RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s lost 1: the engine restarted while it ran
    FAILED, attempt 1, losses 1
    because: cell-1 was lost and the task asked not to be moved: the engine restarted while it ran
    story: FAILED: attempt 1 was lost: the engine restarted while it ran
