# Sequence ids are taken in blocks, so that a submit of a busy app seldom writes the app's row. A block is as large as what was given so far. They only rise.
app

0s created training-app
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 0
1s sequence ids needed after 0
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 1
2s sequence ids needed after 1
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 2
3s sequence ids needed after 60
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 62
4s sequence ids needed after 1000
    training-app STOPPED, no package, no droplet, no variables, sequence ids taken 162
