# An uncordon ends a drain that is under way, and is nothing on an open cell.
drain

0s uncordon
    nothing changes
1s drain within 600s an operator drains it
    DRAINING, since 1s, until 601s, an operator drains it
2s silo-1 holds 3 with its door closed
    nothing changes
3s uncordon
    OPEN, since 3s
4s silo-1 holds 3 with its door open
    nothing changes
