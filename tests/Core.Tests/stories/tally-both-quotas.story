# Every quota that is passed says so; what one process asks too much is refused without a look at the others.
tally memory=200 process=100 log=1000 space-memory=150 space-tasks=1 space-process=90

0s task 1 asks 80 MB and 500 B/s
    do: count
    given; 1 claims of 80 MB, counted at 0s
0s task 1 is written
61s task 2 asks 120 MB and 100 B/s
    do: count
    refused, Invalid: memory_in_mb exceeds organization instance memory quota, memory_in_mb exceeds space memory quota, memory_in_mb exceeds space instance memory quota, app_task_limit quota exceeded
62s task 2 asks 121 MB
    do: count
    refused, Invalid: memory_in_mb exceeds organization memory quota, memory_in_mb exceeds organization instance memory quota, memory_in_mb exceeds space memory quota, memory_in_mb exceeds space instance memory quota, log_rate_limit cannot be unlimited in organization 'paper'., app_task_limit quota exceeded
63s task 2 asks 80 MB and 501 B/s
    do: count
    refused, Invalid: memory_in_mb exceeds space memory quota, log_rate_limit exceeds organization log rate quota, app_task_limit quota exceeded
