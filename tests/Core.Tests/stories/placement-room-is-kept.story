# A large task waits behind small ones for a minute; then one cell empties for it.
placement

cell-1 has 64 of 128 MB free
cell-2 has 0 of 128 MB free
0s task 1 wants 128 MB
30s task 2 wants 64 MB
30s pass
    task 1 waits: cell-1 has 0 MB of 128 MB memory free; cell-2 has 0 MB of 128 MB memory free
    task 2 goes to cell-1
# The minute is over: cell-1 takes nobody younger, but cell-2 does.
cell-1 has 64 of 128 MB free
61s task 3 wants 64 MB
61s pass
    task 1 waits: cell-1 has 64 MB of 128 MB memory free; cell-2 has 0 MB of 128 MB memory free
    task 3 waits: cell-1 keeps its room for an older task; cell-2 has 0 MB of 128 MB memory free
cell-2 has 64 of 128 MB free
62s pass
    task 1 waits: cell-1 has 64 MB of 128 MB memory free; cell-2 has 0 MB of 128 MB memory free
    task 3 goes to cell-2
cell-1 has 128 of 128 MB free
63s pass
    task 1 goes to cell-1
