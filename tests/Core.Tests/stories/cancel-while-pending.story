# A task that waits for a cell has nothing to stop: it ends at once.
task

0s submitted
    PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted as task 1 of its app
1s cancel requested
    FAILED, attempt 0
    because: task was cancelled
    story: FAILED: cancelled while it waited for a cell
2s cancel requested
    refused, Conflict: Task state is FAILED and therefore cannot be canceled
3s placed 1 on cell-1
    nothing changes
