# A start takes what is current; a scale is told at once; all else waits for a restart. Instances are told until all have confirmed.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s droplet with web worker
    training-app STOPPED, no package, droplet, no variables, sequence ids taken 0
2s scaled worker to 2
    training-app STOPPED, no package, droplet, no variables, sequence ids taken 0
3s wanted started
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 2 of worker, version 1, wakes at 6s
    do: tell instances revision 1
6s woke
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 2 of worker, version 1, wakes at 9s
    do: tell instances revision 1
7s instances told revision 1
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 2 of worker, version 1
8s woke
    nothing changes
9s scaled worker to 3
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 3 of worker, version 1, wakes at 12s
    do: tell instances revision 2
10s instances told revision 1
    nothing changes
10s scaled worker to 1
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 1 of worker, version 1, wakes at 13s
    do: tell instances revision 3
11s instances told revision 3
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 1 of worker, version 1
12s given worker 64 MB
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 1 of worker, version 1
13s command web serve all
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of web, version 1, 1 of worker, version 1
14s environment A=1
    training-app STARTED, no package, droplet, A=1, sequence ids taken 0, 1 of web, version 1, 1 of worker, version 1
15s scaled clock to 1
    refused, ProcessNotFound: Process not found
16s restart requested
    training-app STARTED, no package, droplet, A=1, sequence ids taken 0, 1 of web, version 2, 1 of worker, version 2, wakes at 19s
    do: tell instances revision 4
17s wanted stopped
    training-app STOPPED, no package, droplet, A=1, sequence ids taken 0, wakes at 20s
    do: tell instances revision 5
18s scaled worker to 5
    training-app STOPPED, no package, droplet, A=1, sequence ids taken 0, wakes at 20s
19s instances told revision 5
    training-app STOPPED, no package, droplet, A=1, sequence ids taken 0
20s restart requested
    training-app STARTED, no package, droplet, A=1, sequence ids taken 0, 1 of web, version 3, 5 of worker, version 3, wakes at 23s
    do: tell instances revision 6
