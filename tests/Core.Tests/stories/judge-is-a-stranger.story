# The warden did not know this judge, so it may hold without having asked it: 30 s, and unconfirmed.
judge
cell-1 does not know that it joined

0s read number 1, served 1
    reads since 0s
2s read number 1, served 1
    reads since 0s
4s read number 1, served 1
    reads since 0s
6s read number 1, served 1
    reads since 0s
8s read number 1, served 1
    reads since 0s
10s read number 1, served 1
    reads since 0s
12s read number 1, served 1
    reads since 0s
14s read number 1, served 1
    reads since 0s
16s read number 1, served 1
    reads since 0s
18s read number 1, served 1
    reads since 0s
20s read number 1, served 1
    reads since 0s
22s read number 1, served 1
    reads since 0s
24s read number 1, served 1
    reads since 0s
26s read number 1, served 1
    reads since 0s
28s read number 1, served 1
    reads since 0s
30s read number 1, served 1
    reads since 0s
    do: judge that cell-1 lapsed with number 1, unconfirmed
its own lease lapsed
32s read number 1, served 1
    reads since 0s
