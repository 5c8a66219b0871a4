# The time of a staging is up: it is stopped, and whatever it says then is late.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
899s woke
    nothing changes
    do: find attempt 1 on cell-1
900s woke
    STAGING, CANCELING, attempt 1 on cell-1
    do: stop attempt 1 on cell-1
    story: CANCELING: the deadline passed; cell-1 was told to stop attempt 1
905s exited 1 with 223 after our stop
    FAILED, StagingTimeExpired - Staging time expired: staging failed
    story: FAILED: stopped; the process ended with status 223
