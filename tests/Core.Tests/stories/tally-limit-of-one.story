# Two submits at once under a limit of one: the second is refused while the first may still be on its way to its row, and gets its share as soon as the first has ended.
tally tasks=1

0s task 1 asks 64 MB
    do: count
    given; 1 claims of 64 MB, counted at 0s
0.1s task 2 asks 64 MB
    do: count
    refused, Invalid: app_task_limit quota exceeded
0.2s task 1 is written
30s task 2 asks 64 MB
    do: count
    refused, Invalid: app_task_limit quota exceeded
40s task 1 ends
40.1s task 2 asks 64 MB
    do: count
    given; 1 claims of 64 MB, counted at 40.1s
40.2s task 3 asks 64 MB
    do: count
    refused, Invalid: app_task_limit quota exceeded
# The same submit again, because its answer was lost.
41s task 2 asks 64 MB
    do: count
    given; 1 claims of 64 MB, counted at 41s
