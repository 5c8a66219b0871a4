# A task that no cell could ever hold says so and holds nobody up.
placement

cell-1 has 64 of 64 MB free
0s task 1 wants 4096 MB
0s task 2 wants 64 MB
100s pass
    task 1 waits: no cell is large enough: cell-1 has 64 MB memory and 1000000 MB disk in all, and 4096 MB memory and 1 MB disk is needed
    task 2 goes to cell-1
