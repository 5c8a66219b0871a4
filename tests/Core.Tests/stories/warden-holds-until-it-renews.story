# The database comes back: who holds renews, and goes on.
warden
roster cell-1 cell-2

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
2.7s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
2.8s cell-2 says that it cannot reach it either
    LEASED, renewed at 0s
3.2s moment
    LEASED, renewed at 0s, holding since 3.2s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
4.9s moment
    LEASED, renewed at 0s, holding since 3.2s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
5s renewed 4.9s
    LEASED, renewed at 4.9s
5.1s moment
    nothing changes
