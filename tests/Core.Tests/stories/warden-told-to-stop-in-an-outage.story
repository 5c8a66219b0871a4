# By option no hold: the outage of the database stops everything.
warden outage=stop

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
2.9s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 1
3s moment
    FREEZING, renewed at 0s
    do: freeze
