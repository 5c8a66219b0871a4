# A warden that was told to end and dies before it has is replaced by its silo: the host goes on, and so does the cell. Found by the simulator: the cell stayed drained for ever.
drain

0s silo-1@1 says that its host ends in 30s
    DRAINING, since 0s, until 30s, its host ends, until another than silo-1@1 serves it
1s silo-1@1 holds 1 with its door closed while its host ends
    nothing changes
5s silo-1@1 holds 0 with its door closed while its host ends
    DRAINED, since 5s, its host ends, until another than silo-1@1 serves it
6s silo-1@1 holds 0 with its door closed
    OPEN, since 6s
