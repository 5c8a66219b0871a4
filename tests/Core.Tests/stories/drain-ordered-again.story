# The newer deadline counts, for longer and for shorter. A drained cell stays drained.
drain

0s drain within 600s an operator drains it
    DRAINING, since 0s, until 600s, an operator drains it
1s drain within 600s an operator drains it
    DRAINING, since 0s, until 601s, an operator drains it
2s drain within 60s in a hurry
    DRAINING, since 0s, until 62s, in a hurry
3s drain within 604801s too long
    refused, Invalid: The deadline is between 0 s and 7 days
4s silo-1 holds 0 with its door closed
    DRAINED, since 4s, in a hurry
5s drain within 60s it is replaced tomorrow
    DRAINED, since 4s, it is replaced tomorrow
6s silo-1 holds 1 with its door closed
    DRAINING, since 6s, until 6s, it is replaced tomorrow
7s silo-1 holds 0 with its door closed
    DRAINED, since 7s, it is replaced tomorrow
