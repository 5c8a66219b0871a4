# A silo that was stopped and continued listens for its warden before it calls it silent.
serving

0s locked
0.1s moment
0.2s serving taken as 1
0.3s warden tells epoch 1 renewed at 0.2s
0.9s moment
9s moment
9.9s moment
10.5s moment
