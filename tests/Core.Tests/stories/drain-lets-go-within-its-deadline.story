# What runs may end. The cell is drained when it says so with its door closed: what it counted before could still have grown.
drain

0s silo-1 holds 2 with its door open
    nothing changes
10s drain within 600s the disk is being replaced
    DRAINING, since 10s, until 610s, the disk is being replaced
11s silo-1 holds 2 with its door open
    nothing changes
12s silo-1 holds 2 with its door closed
    nothing changes
40s silo-1 holds 0 with its door open
    nothing changes
41s silo-1 holds 0 with its door closed
    DRAINED, since 41s, the disk is being replaced
42s silo-1 holds 0 with its door closed
    nothing changes
90s silo-2 holds 0 with its door closed
    nothing changes
200s uncordon
    OPEN, since 200s
201s silo-2 holds 0 with its door open
    nothing changes
