# An operator's drain is hastened when the host ends, and is still there when the host is back. One that an operator confirms becomes the operator's.
drain

0s drain within 600s an operator drains it
    DRAINING, since 0s, until 600s, an operator drains it
1s silo-1@1 says that its host ends in 30s
    DRAINING, since 0s, until 31s, an operator drains it
2s silo-1@1 holds 0 with its door closed
    DRAINED, since 2s, an operator drains it
60s silo-1@2 holds 0 with its door closed
    nothing changes
70s uncordon
    OPEN, since 70s
80s silo-1@2 says that its host ends in 30s
    DRAINING, since 80s, until 110s, its host ends, until another than silo-1@2 serves it
81s drain within 600s an operator drains it
    DRAINING, since 80s, until 681s, an operator drains it
100s silo-1@3 holds 1 with its door closed
    nothing changes
