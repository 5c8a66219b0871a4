# The proof that attempts are gone comes by a lapse; the lease is taken anew only after the stop is confirmed.
lease

0s taken by warden-1
    HELD, epoch 1, number 1, roster 2
    do: cell-1 joins the roster
0.1s served by silo-1
    HELD, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
1s renewed as 1 knowing 2
    HELD, epoch 1, number 2, roster 2, served by silo-1 as epoch 1
2s serving said as 1
    HELD, epoch 1, number 2, roster 2, served by silo-1 as epoch 1
5s cell-2 judged the lapse of 1
    nothing changes
5.1s cell-2 judged the lapse of 2
    LAPSED, epoch 1, number 2, roster 2, served by silo-1 as epoch 1
    do: cell-1 leaves the roster
    do: move the attempts of cell-1: the lease of cell-1 lapsed
5.2s renewed as 1 knowing 2
    nothing changes
6s taken by warden-1
    nothing changes
7s stop confirmed as 1
    CONFIRMED, epoch 1, number 2, roster 2, served by silo-1 as epoch 1
    do: move the attempts of cell-1: the lease of cell-1 was revoked and its warden confirmed the stop
8s taken by warden-1
    HELD, epoch 2, number 3, roster 4, served by silo-1 as epoch 1
    do: cell-1 joins the roster
9s stop confirmed as 1
    nothing changes
