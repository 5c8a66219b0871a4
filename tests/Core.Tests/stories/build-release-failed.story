# The release of the last buildpack failed.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
5s exited 1 with 224
    FAILED, BuildpackReleaseFailed - App staging failed in the buildpack release phase
    story: FAILED: attempt 1 exited with status 224
