# What was there before the limit is counted when the limit comes, and what was on its way then as soon as it is there. Without a limit nothing is kept.
tally none

0s task 1 asks 64 MB
    nothing changes
0s task 1 of 64 MB is written
1s limits tasks=2
2s task 2 asks 64 MB
    do: count
    given; 2 claims of 128 MB, counted at 2s
2s task 2 is written
3s task 4 of 64 MB is written
4s task 3 asks 64 MB
    do: count
    refused, Invalid: app_task_limit quota exceeded
5s limits none
6s task 3 asks 64 MB
    given; nothing is counted
6s task 3 of 64 MB is written
7s limits tasks=4
8s task 5 asks 64 MB
    do: count
    refused, Invalid: app_task_limit quota exceeded
