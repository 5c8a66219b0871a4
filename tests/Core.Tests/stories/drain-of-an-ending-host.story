# A warden that is told to end has its silo drain the cell. The order ends when another silo serves it, and that same silo, started again, is another.
drain

0s silo-1@1 says that its host ends in 30s
    DRAINING, since 0s, until 30s, its host ends, until another than silo-1@1 serves it
1s silo-1@1 holds 1 with its door closed while its host ends
    nothing changes
2s silo-1@1 says that its host ends in 40s
    nothing changes
10s silo-1@1 holds 0 with its door closed while its host ends
    DRAINED, since 10s, its host ends, until another than silo-1@1 serves it
60s silo-1@2 holds 0 with its door closed
    OPEN, since 60s
