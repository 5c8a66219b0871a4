# One cell with room for two: the queue starts in order of submission as room appears.
placement

cell-1 has 128 of 128 MB free
0s task 1 wants 64 MB
0s task 2 wants 64 MB
0s task 3 wants 64 MB
0s task 4 wants 64 MB
1s pass
    task 1 goes to cell-1
    task 2 goes to cell-1
    task 3 waits: cell-1 has 0 MB of 128 MB memory free
    task 4 waits: cell-1 has 0 MB of 128 MB memory free
cell-1 has 64 of 128 MB free
2s pass
    task 3 goes to cell-1
    task 4 waits: cell-1 has 0 MB of 128 MB memory free
2s pass
    task 4 waits: cell-1 has 0 MB of 128 MB memory free
