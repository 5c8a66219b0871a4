# A silo that was stopped and continued listens for its warden before it calls it silent.
serving

0s locked
    TAKING
0.1s moment
    TAKING
    do: take the serving from epoch 0
0.2s serving taken as 1
    COMPARING
0.3s warden tells epoch 1 renewed at 0.2s
    COMPARING
0.9s moment
    COMPARING
9s moment
    COMPARING
9.9s moment
    COMPARING
10.5s moment
    COMPARING, stands in for the warden
    do: kill the warden
    do: stand in, last renewed at 0.2s
