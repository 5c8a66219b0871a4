# Sequence ids are taken in blocks, so that a submit seldom writes the app's row. They only rise.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s sequence ids needed
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 100
2s sequence ids needed
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 200
