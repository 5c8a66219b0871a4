# A silo stood in for its warden, another warden took the lease, and the database was gone before the silo heard of it: its lease ran out, it froze the group and died. Found by the simulator: nothing on the cell ever ran again.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
0.5s the group is found frozen
    nothing changes
    do: thaw
1s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 1
1.02s renewed 1s
    LEASED, renewed at 1s
1.1s the group is found frozen
    nothing changes
    do: thaw
