# Nobody named a buildpack, and none knows the app.
build detects

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
5s exited 1 with 222
    FAILED, NoAppDetectedError - An app was not successfully detected by any available buildpack
    story: FAILED: attempt 1 exited with status 222
