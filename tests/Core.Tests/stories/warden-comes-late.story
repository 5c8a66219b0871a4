# A warden that begins when nobody renewed for so long that nobody knows how long: what runs may have been moved. It runs on once the lease is taken, as after a crash of the whole control plane; without an answer it is killed, and that it may have run beside another is told.
warden

0s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
0.1s moment
    nothing changes
    do: freeze
1s moment
    SEEKING, renewed at 0s
    do: freeze
    do: take the lease from epoch 0
3.1s moment
    FREEZING, renewed at 0s
    do: freeze
3.2s frozen with 2 attempts
    NOTING, renewed at 0s
    do: note 2 kills, outlived
3.3s kills noted
    KILLING, renewed at 0s
    do: kill all
