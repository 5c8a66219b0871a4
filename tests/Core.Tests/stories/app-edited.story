# A manifest makes processes that the droplet has not, and changes several things in one decision; what is wanted changes with it.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s manifest gives task 32 MB
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
2s renamed tidy-app
    tidy-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
3s droplet with worker
    tidy-app STOPPED, no package, droplet, no variables, sequence ids taken 0
4s wanted started
    tidy-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of worker, version 1, wakes at 7s
    do: tell instances revision 1
5s instances told revision 1
    tidy-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of worker, version 1
6s manifest runs clock tick
    tidy-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of worker, version 1
7s restart requested
    tidy-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of clock, version 2, 1 of worker, version 2, wakes at 10s
    do: tell instances revision 2
8s instances told revision 2
    tidy-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of clock, version 2, 1 of worker, version 2
9s manifest gives task 32 MB
    tidy-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of clock, version 2, 1 of worker, version 2
10s manifest gives clock 64 MB
    tidy-app STARTED, no package, droplet, no variables, sequence ids taken 0, 1 of clock, version 2, 1 of worker, version 2
