# An app takes its share before it is written as started, asks again for more, and keeps what it asked less.
tally memory=300 process=100 instances=3

0s app 1 asks 2 of 100 MB
    do: count
    given; 1 claims of 200 MB, counted at 0s
0s app 1 is written
61s app 2 asks 2 of 60 MB
    do: count
    refused, Invalid: memory quota_exceeded, app_instance_limit app_instance_limit_exceeded
62s app 1 asks 4 of 80 MB
    do: count
    refused, Invalid: memory quota_exceeded, app_instance_limit app_instance_limit_exceeded
63s app 1 asks 3 of 100 MB
    do: count
    given; 1 claims of 300 MB, counted at 63s
63s app 1 is written
64s app 2 asks 1 of 10 MB
    do: count
    refused, Invalid: memory quota_exceeded, app_instance_limit app_instance_limit_exceeded
65s app 1 is stopped
66s app 2 asks 3 of 100 MB
    do: count
    given; 1 claims of 300 MB, counted at 66s
67s app 1 asks 1 of 10 MB
    do: count
    refused, Invalid: memory quota_exceeded, app_instance_limit app_instance_limit_exceeded
