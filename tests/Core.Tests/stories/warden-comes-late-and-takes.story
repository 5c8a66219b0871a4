# The lease is as it was: whoever judges was away too. What was frozen for a moment runs on.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.1s taken 0s
    LEASED, renewed at 0s
    do: thaw
0.2s moment
    nothing changes
