# A fresh lease whose cell nobody serves is revoked; the move waits for the warden's word, or for its silence.
lease

0s taken by warden-1
    HELD, epoch 1, number 1, roster 2
    do: cell-1 joins the roster
0.1s served by silo-1
    HELD, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
1s serving said as 1
    HELD, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
31s cell-2 judged it unserved since 2
    nothing changes
31.1s cell-2 judged it unserved since 3
    REVOKED, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
31.2s renewed as 1 knowing 2
    nothing changes
31.5s stop confirmed as 1
    CONFIRMED, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
    do: move the attempts of cell-1: the lease of cell-1 was revoked and its warden confirmed the stop
32s taken by warden-1
    HELD, epoch 2, number 2, roster 2, served by silo-1 as epoch 1
    do: cell-1 joins the roster
33s served by silo-1
    HELD, epoch 2, number 2, roster 2, served by silo-1 as epoch 2
63s cell-2 judged it unserved since 5
    REVOKED, epoch 2, number 2, roster 2, served by silo-1 as epoch 2
67s cell-2 judged the lapse of 2
    LAPSED, epoch 2, number 2, roster 2, served by silo-1 as epoch 2
    do: cell-1 leaves the roster
    do: move the attempts of cell-1: the lease of cell-1 lapsed
