# A warden says that its lease is gone, and hangs before it has stopped anything: whoever stands in knows of no renewal, and so lets nothing run before it has the lease (warden-comes-late).
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
0.4s warden has no lease
    COMPARING
1s moment
    COMPARING
1.5s moment
    COMPARING, stands in for the warden
    do: kill the warden
    do: stand in, last renewed at no known time
