# The lease was taken anew: what has a row here is compared, and fenced, before anything starts; what began earlier never starts.
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
0.9s warden has no lease
    SERVING
1s may it start what began under 1
    no
1.1s warden tells epoch 2 renewed at 1.1s
    COMPARING
1.2s moment
    COMPARING
    do: compare under epoch 2
1.3s compared under 2
    SERVING
1.4s may it start what began under 1
    no
1.4s may it start what began under 2
    yes
