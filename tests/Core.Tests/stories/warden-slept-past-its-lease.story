# Stopped and continued after the lapse: what ran on is killed at once, and called outlived.
warden
roster cell-1 cell-2

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.02s taken 0s
    LEASED, renewed at 0s
    do: thaw
60s moment
    FREEZING, renewed at 0s
    do: freeze
60.01s frozen with 1 attempts
    NOTING, renewed at 0s
    do: note 1 kills, outlived
