# The pipe closes: the server renews and enforces by itself at once, starts a warden, and hands over.
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
0.4s moment
    COMPARING
    do: compare under epoch 1
0.5s compared under 1
    SERVING
0.6s warden ended
    SERVING, stands in for the warden
    do: kill the warden
    do: stand in, last renewed at 0.2s
0.9s itself tells epoch 2 renewed at 0.8s
    COMPARING, stands in for the warden
1s moment
    COMPARING, stands in for the warden
    do: start a warden
1.2s warden has no lease
    COMPARING, stands in for the warden
1.4s warden tells epoch 3 renewed at 1.3s
    COMPARING, stands in for the warden
1.5s relieved
    COMPARING
