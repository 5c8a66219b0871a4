# A warden that cannot take the lease yet stops nothing while the silo that stands in renews it, and everything when that falls silent.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
2.5s the one before renewed 2.4s
    SEEKING, renewed at 2.4s
3.2s moment
    SEEKING, renewed at 2.4s
    do: take the lease from epoch 0
4.5s the one before renewed 4.4s
    SEEKING, renewed at 4.4s
5s moment
    SEEKING, renewed at 4.4s
    do: take the lease from epoch 0
7.3s moment
    SEEKING, renewed at 4.4s
    do: take the lease from epoch 0
7.5s moment
    FREEZING, renewed at 4.4s
    do: freeze
