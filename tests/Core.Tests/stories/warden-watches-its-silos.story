# A silo that is not heard for 5 s hangs, and is killed; one that ended is started. A warden that slept itself listens first.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
0.5s silo-1 spoke
    LEASED, renewed at 0s
1s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 1
1.02s renewed 1s
    LEASED, renewed at 1s
1.9s moment
    nothing changes
1.92s renewed 1.9s
    LEASED, renewed at 1.9s
2.8s moment
    LEASED, renewed at 1.9s
    do: renew as epoch 1, knowing roster 1
2.82s renewed 2.8s
    LEASED, renewed at 2.8s
3.7s moment
    LEASED, renewed at 2.8s
    do: renew as epoch 1, knowing roster 1
3.72s renewed 3.7s
    LEASED, renewed at 3.7s
4.6s moment
    nothing changes
4.62s renewed 4.6s
    LEASED, renewed at 4.6s
5.55s moment
    LEASED, renewed at 4.6s
    do: kill silo-1
    do: renew as epoch 1, knowing roster 1
5.6s silo-1 ended
    LEASED, renewed at 4.6s
    do: start silo-1
