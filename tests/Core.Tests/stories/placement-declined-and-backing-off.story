# A task that backs off is passed over; afterwards another cell is preferred to the one that declined.
placement

cell-1 has 128 of 128 MB free
cell-2 has 64 of 64 MB free
cell-3 has 64 of 64 MB free, takes nothing: its engine does not answer
0s task 1 wants 64 MB, not before 2s, declined by cell-1
0s task 2 wants 16 MB
1s pass
    task 1 waits: it backs off until 2026-01-01 00:00:02.000Z
    task 2 goes to cell-1
    look again at 2s
2s pass
    task 1 goes to cell-2
