# Another process of the host took the lease over: this one stops nothing and stands down.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
1s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 1
1.02s not done 1s, taken by another
    STOODDOWN, renewed at 0s
    do: stand down
5s moment
    nothing changes
