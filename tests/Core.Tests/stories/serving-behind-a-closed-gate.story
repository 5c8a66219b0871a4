# A warden that stops before the time closes the gate of starts first: its silo, which has not heard of it, starts nothing under the lease that is gone, nor under the next one what began before.
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
0.4s compared under 1
    SERVING
0.5s may it start what began under 1
    yes
0.5s the gate is open under 1
0.5s may it start what began under 1
    yes
0.6s the gate is closed
0.6s may it start what began under 1
    no
0.7s the gate is open under 2
0.7s may it start what began under 1
    no
0.8s warden tells epoch 2 renewed at 0.7s
    COMPARING
0.9s compared under 2
    SERVING
0.9s may it start what began under 1
    no
0.9s may it start what began under 2
    yes
