# An app needs a droplet before it can be wanted started.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s created training-app
    nothing changes
2s created another-app
    refused, Conflict: App guid is taken by an app of another name
3s wanted started
    refused, Invalid: Assign a droplet before starting this app.
4s package 1
    training-app STOPPED, package, no droplet, no variables, sequence ids taken 0
5s droplet failed
    refused, Invalid: Unable to assign current droplet. Ensure the droplet exists and belongs to this app.
6s droplet of another app
    refused, Invalid: Unable to assign current droplet. Ensure the droplet exists and belongs to this app.
7s droplet staged
    training-app STOPPED, package, droplet, no variables, sequence ids taken 0
8s droplet staged
    nothing changes
9s wanted started
    training-app STARTED, package, droplet, no variables, sequence ids taken 0
10s wanted started
    nothing changes
11s wanted stopped
    training-app STOPPED, package, droplet, no variables, sequence ids taken 0
12s relabelled team=blue
    training-app STOPPED, package, droplet, no variables, sequence ids taken 0, label team=blue
