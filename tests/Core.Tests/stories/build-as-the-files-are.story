# Where no buildpack has to run, the files as they were uploaded are the droplet, at once.
build

0s asked for as it is
    STAGED, from the files as they are, by binary_buildpack
1s asked for as it is
    nothing changes
1s asked for again of another package
    refused, Conflict: Build guid is taken by a build of another package
2s woke
    nothing changes
3s cancel requested
    nothing changes
4s placed 1 on cell-1
    nothing changes
