# Lock, serving epoch, comparison; then orders, and a sign each second.
serving

0s moment
    WAITING
    do: try the lock
0.1s locked
    TAKING
0.2s moment
    TAKING
    do: take the serving from epoch 0
0.3s another has epoch 3
    TAKING
0.5s moment
    TAKING
    do: take the serving from epoch 3
0.6s serving taken as 4
    COMPARING
0.7s engine answers
    COMPARING
0.7s warden tells epoch 1 renewed at 0.6s
    COMPARING
0.8s moment
    COMPARING
    do: compare under epoch 1
0.9s may it start what began under 1
    no
1s compared under 1
    SERVING
1.1s may it start what began under 1
    yes
1.1s moment
    SERVING
    do: say that it serves as epoch 4
2.7s may it start what began under 1
    no
