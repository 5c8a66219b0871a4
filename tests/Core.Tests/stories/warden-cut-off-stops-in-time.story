# A member that does not answer allows no hold: 3.0 s after the last renewal that was acknowledged everything is stopped.
warden
roster cell-1 cell-2

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
1s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 2
1.3s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
2.9s moment
    LEASED, renewed at 0s
    do: renew as epoch 1, knowing roster 2
    do: ask cell-2
3s moment
    FREEZING, renewed at 0s
    do: freeze
3.01s frozen with 2 attempts
    NOTING, renewed at 0s
    do: note 2 kills
3.03s kills noted
    KILLING, renewed at 0s
    do: kill all
3.2s swept, 1 left, 1 in flight
    NOTING, renewed at 0s
    do: note 1 kills
3.22s kills noted
    KILLING, renewed at 0s
    do: kill all
3.3s swept, no left, 1 in flight
    nothing changes
3.4s moment
    nothing changes
    do: kill all
3.5s swept, no left, no in flight
    STOPPED, renewed at 0s
3.6s moment
    STOPPED, renewed at 0s
    do: take the lease from epoch 1
9s not done 3.6s, the lease is Lapsed
    STOPPED, renewed at 0s
9.1s moment
    STOPPED, renewed at 0s
    do: confirm the stop of epoch 1
9.2s confirmed 9.1s
    STOPPED, renewed at 0s
9.5s moment
    STOPPED, renewed at 0s
    do: take the lease from epoch 1
9.6s taken 9.5s
    LEASED, renewed at 9.5s
    do: thaw
