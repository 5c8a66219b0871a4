# The deadline counts from acceptance, and it ends a task that never found a cell.
task deadline=60s

0s submitted
    PENDING, attempt 0, wakes at 60s
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
30s woke
    nothing changes
    do: find a cell for attempt 1
60s woke
    FAILED, attempt 0
    because: deadline of 60 s passed
    story: FAILED: the deadline passed while it waited for a cell
