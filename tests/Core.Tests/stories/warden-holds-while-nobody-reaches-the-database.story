# Every other member says that it cannot reach the database either: nobody could move anything, so nothing is killed. The last word counts for 2.5 s.
warden
roster cell-1 cell-2

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
1.3s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
2.6s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
2.7s cell-2 says that it cannot reach it either
    LEASED, renewed at 0s
3s moment
    LEASED, renewed at 0s, holding since 3s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
5s moment
    LEASED, renewed at 0s, holding since 3s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
5.1s cell-2 says that it reaches it
    nothing changes
5.2s moment
    nothing changes
5.3s moment
    FREEZING, renewed at 0s
    do: freeze
