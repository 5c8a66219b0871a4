# A roster of one always holds: there is nobody who could judge.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
3s moment
    LEASED, renewed at 0s, holding since 3s
    do: renew as epoch 1, knowing roster 1
30s moment
    LEASED, renewed at 0s, holding since 3s
    do: renew as epoch 1, knowing roster 1
31s renewed 30s
    LEASED, renewed at 30s
