# No container can be made of it anywhere.
build

0s asked for
    STAGING, PENDING, attempt 0
    do: find a cell for attempt 1
    story: PENDING: accepted, to be staged
1s placed 1 on cell-1
    STAGING, RUNNING, attempt 1 on cell-1
    do: start attempt 1 on cell-1
    story: RUNNING: attempt 1 was placed on cell-1
2s declined 1 for good: droplet dddd cannot be unpacked: the archive is damaged
    FAILED, StagingError - Staging error: droplet dddd cannot be unpacked: the archive is damaged
    story: FAILED: could not be started: droplet dddd cannot be unpacked: the archive is damaged
