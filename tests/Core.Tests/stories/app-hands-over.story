# A cell is drained: a relief is wanted in the other lane, and counts once it is up, or once the one before has ended.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s droplet with worker
    training-app STOPPED, no package, droplet, no variables, sequence ids taken 0
2s scaled worker to 2
    training-app STOPPED, no package, droplet, no variables, sequence ids taken 0
3s wanted started
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1, wakes at 6s
    do: tell instances revision 1
4s instances told revision 1
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1
5s instance worker 0 in lane 0 makes-way 3 in revision 1
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1, worker 0 in lane 0 after 3, relieved, wakes at 8s
    do: tell instances revision 2
5s instance worker 0 in lane 0 makes-way 3 in revision 1
    nothing changes
6s instances told revision 2
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1, worker 0 in lane 0 after 3, relieved
7s instance worker 0 in lane 1 is-up 4 in revision 2
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1, worker 0 in lane 1 after 3, the other leaves, wakes at 10s
    do: tell instances revision 3
8s instances told revision 3
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1, worker 0 in lane 1 after 3
9s instance worker 0 in lane 0 made-way 3 in revision 2
    nothing changes
10s instance worker 0 in lane 1 made-way 6 in revision 3
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1, worker 0 in lane 0 after 6, the other leaves, wakes at 13s
    do: tell instances revision 4
11s instance worker 1 in lane 0 makes-way 1 in revision 3
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 1, worker 0 in lane 0 after 6, the other leaves, worker 1 in lane 0 after 1, relieved, wakes at 14s
    do: tell instances revision 5
12s restart requested
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 2, worker 0 in lane 0 after 6, the other leaves, worker 1 in lane 1 after 1, the other leaves, wakes at 15s
    do: tell instances revision 6
13s instance worker 1 in lane 0 makes-way 1 in revision 5
    nothing changes
14s instance worker 1 in lane 1 makes-way 2 in revision 5
    nothing changes
15s instance worker 1 in lane 1 makes-way 2 in revision 6
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 2 of worker, version 2, worker 0 in lane 0 after 6, the other leaves, worker 1 in lane 1 after 2, relieved, wakes at 18s
    do: tell instances revision 7
16s wanted stopped
    training-app STOPPED, no package, droplet, no variables, sequence ids taken 0, worker 0 in lane 0 after 6, the other leaves, worker 1 in lane 0 after 2, the other leaves, wakes at 19s
    do: tell instances revision 8
17s instances told revision 8
    training-app STOPPED, no package, droplet, no variables, sequence ids taken 0, worker 0 in lane 0 after 6, worker 1 in lane 0 after 2
