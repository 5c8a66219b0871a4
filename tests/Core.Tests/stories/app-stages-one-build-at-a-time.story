# One build of an app is staged at a time. One that has its turn and no row yet is waited for, but not for ever.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s build 1 asks for its turn
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0, build 1 has had its turn since 1s
1s build 1 asks for its turn
    nothing changes
2s build 2 asks for its turn
    refused, StagingInProgress: Only one build can be STAGING at a time per application.
3s build 2 asks for its turn while the last is STAGING
    refused, StagingInProgress: Only one build can be STAGING at a time per application.
90s build 2 asks for its turn while the last is STAGING
    refused, StagingInProgress: Only one build can be STAGING at a time per application.
91s build 2 asks for its turn after the last was STAGED
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0, build 2 has had its turn since 91s
155s build 3 asks for its turn
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0, build 3 has had its turn since 155s
156s deletion requested
    training-app DELETED, no package, no droplet, no variables, sequence ids taken 0, build 3 has had its turn since 155s, wakes at 159s
    do: dismantle
157s build 4 asks for its turn
    refused, AppNotFound: App not found
