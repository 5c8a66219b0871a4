# An app that is deleted is stopped and takes nothing new; instances confirm before it is taken apart, and it is woken until it is gone.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s droplet with worker
    training-app STOPPED, no package, droplet, no variables, sequence ids taken 0
2s wanted started
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of worker, version 1, wakes at 5s
    do: tell instances revision 1
3s instances told revision 1
    training-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of worker, version 1
4s deletion requested
    training-app DELETED, no package, droplet, no variables, sequence ids taken 0, wakes at 7s
    do: tell instances revision 2
4s deletion requested
    nothing changes
5s wanted started
    refused, AppNotFound: App not found
6s environment A=1
    refused, AppNotFound: App not found
7s created training-app
    refused, AppNotFound: App not found
8s instances told revision 1
    nothing changes
8s woke
    training-app DELETED, no package, droplet, no variables, sequence ids taken 0, wakes at 11s
    do: tell instances revision 2
9s instances told revision 2
    nothing changes
    do: dismantle
10s woke
    training-app DELETED, no package, droplet, no variables, sequence ids taken 0, wakes at 13s
    do: tell instances revision 2
