# What was sent long ago, by somebody who was replaced since, takes nothing and renews nothing.
lease

0s taken by warden-1
    HELD, epoch 1, number 1, roster 2
    do: cell-1 joins the roster
1s taken by silo-1
    HELD, epoch 2, number 2, roster 2
    do: cell-1 joins the roster
2s renewed as 1 knowing 2
    nothing changes
3s taken by warden-1 from 1
    nothing changes
4s cell-1 judged the lapse of 2
    nothing changes
5s cell-9 judged the lapse of 2
    nothing changes
6s renewed as 2 knowing 2
    HELD, epoch 2, number 3, roster 2
