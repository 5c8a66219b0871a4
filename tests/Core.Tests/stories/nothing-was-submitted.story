# Events for a task that nobody submitted are refused, not invented.
task

0s woke
    refused, TaskNotFound: Task not found
1s cancel requested
    refused, TaskNotFound: Task not found
2s exited 1 with 0
    refused, TaskNotFound: Task not found
3s relabelled team=blue
    refused, TaskNotFound: Task not found
