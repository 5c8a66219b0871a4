# A lease that is renewed while nobody says that he serves: 30 s.
judge

0s read number 1, served 1
    reads since 0s
2s read number 3, served 1
    reads since 0s
4s read number 5, served 1
    reads since 0s
6s read number 7, served 1
    reads since 0s
8s read number 9, served 1
    reads since 0s
10s read number 11, served 1
    reads since 0s
12s read number 13, served 1
    reads since 0s
14s read number 15, served 1
    reads since 0s
16s read number 17, served 1
    reads since 0s
18s read number 19, served 1
    reads since 0s
20s read number 21, served 1
    reads since 0s
22s read number 23, served 1
    reads since 0s
24s read number 25, served 1
    reads since 0s
26s read number 27, served 1
    reads since 0s
28s read number 29, served 1
    reads since 0s
30s read number 31, served 1
    reads since 0s
    do: judge that nobody serves cell-1 since 1
