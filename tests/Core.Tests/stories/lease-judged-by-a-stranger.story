# Who joined after the roster that the warden knew cannot have been asked by it: its judgement is unconfirmed.
lease

0s taken by warden-1
    HELD, epoch 1, number 1, roster 2
    do: cell-1 joins the roster
1s renewed as 1 knowing 2
    HELD, epoch 1, number 2, roster 2
joined by cell-3
    roster 3
6s cell-3 judged the lapse of 2
    nothing changes
31s cell-3 judged the lapse of 2 as a stranger
    LAPSED, epoch 1, number 2, roster 2, unconfirmed
    do: cell-1 leaves the roster
    do: move the attempts of cell-1: the lease of cell-1 lapsed, unconfirmed
