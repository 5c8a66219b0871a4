# A judge read the lease before it was revoked and after it was taken again, and nothing between: to it the same lease was unserved all the time.
lease

0s taken by warden-1
    HELD, epoch 1, number 1, roster 2
    do: cell-1 joins the roster
0.1s served by silo-1
    HELD, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
31s cell-2 judged it unserved since 2
    REVOKED, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
31.2s stop confirmed as 1
    CONFIRMED, epoch 1, number 1, roster 2, served by silo-1 as epoch 1
    do: move the attempts of cell-1: the lease of cell-1 was revoked and its warden confirmed the stop
31.5s taken by warden-1
    HELD, epoch 2, number 2, roster 2, served by silo-1 as epoch 1
    do: cell-1 joins the roster
31.7s cell-2 judged it unserved since 2
    nothing changes
