# A warden that is alive and silent is killed and replaced; a silo that slept itself listens first.
serving

0s locked
    TAKING
0.1s moment
    TAKING
    do: take the serving from epoch 0
0.2s serving taken as 1
    COMPARING
0.3s engine answers
    COMPARING
0.3s warden tells epoch 1 renewed at 0.2s
    COMPARING
0.9s moment
    COMPARING
    do: compare under epoch 1
1.35s moment
    COMPARING, stands in for the warden
    do: kill the warden
    do: stand in, last renewed at 0.2s
9s moment
    COMPARING, stands in for the warden
    do: start a warden
