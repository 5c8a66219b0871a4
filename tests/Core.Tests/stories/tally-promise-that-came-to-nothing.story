# The silo dies between the claim and the task: nobody asks again, and the claim is swept once nobody can be on the way any more.
tally memory=100

0s task 1 asks 64 MB
    do: count
    given; 1 claims of 64 MB, counted at 0s
70s task 2 asks 64 MB
    do: count
    refused, Invalid: memory_in_mb exceeds organization memory quota
119s task 2 asks 64 MB
    do: count
    refused, Invalid: memory_in_mb exceeds organization memory quota
121s task 2 asks 64 MB
    do: count
    given; 1 claims of 64 MB, counted at 121s
