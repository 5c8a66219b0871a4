# A silo that was told to end is not missed. A warden that is told to end stops everything first: nobody would enforce the lease.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
0.5s silo-1 left
    LEASED, renewed at 0s
7s renewed 6.9s
    LEASED, renewed at 6.9s
7.1s moment
    LEASED, renewed at 6.9s
    do: renew as epoch 1, knowing roster 1
7.5s told to end
    FREEZING, renewed at 6.9s
    do: freeze
7.55s frozen with 1 attempts
    NOTING, renewed at 6.9s
    do: note 1 kills
7.6s kills noted
    KILLING, renewed at 6.9s
    do: kill all
7.7s swept, no left, no in flight
    STOODDOWN, renewed at 6.9s
    do: stand down
8s moment
    nothing changes
