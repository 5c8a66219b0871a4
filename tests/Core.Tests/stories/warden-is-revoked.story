# The row says revoked: stop, confirm, take again.
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
1.02s not done 1s, the lease is Revoked
    FREEZING, renewed at 0s
    do: freeze
1.03s frozen with no attempts
    KILLING, renewed at 0s
    do: kill all
1.2s swept, no left, no in flight
    STOPPED, renewed at 0s
1.3s moment
    STOPPED, renewed at 0s
    do: confirm the stop of epoch 1
1.32s confirmed 1.3s
    STOPPED, renewed at 0s
1.6s moment
    STOPPED, renewed at 0s
    do: take the lease from epoch 1
1.62s taken 1.6s
    LEASED, renewed at 1.6s
    do: thaw
