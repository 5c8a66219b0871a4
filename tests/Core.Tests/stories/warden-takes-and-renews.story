# A renewal each second, measured from its sending; without an answer it is sent again sooner.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
0.5s moment
    nothing changes
1s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 1
1.02s renewed 1s
    LEASED, renewed at 1s
2s moment
    LEASED, renewed at 1s
    do: renew as epoch 1, knowing roster 1
2.25s moment
    LEASED, renewed at 1s
    do: renew as epoch 1, knowing roster 1
2.26s renewed 2s
    LEASED, renewed at 2s
2.3s moment
    nothing changes
3.2s moment
    LEASED, renewed at 2s
    do: renew as epoch 1, knowing roster 1
