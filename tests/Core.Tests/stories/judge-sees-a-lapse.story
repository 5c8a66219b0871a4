# The same number for 4.0 s, and five seconds of reading behind it.
judge

0s read number 1, served 1
    reads since 0s
1s read number 2, served 2
    reads since 0s
2s read number 2, served 2
    reads since 0s
4.9s read number 2, served 2
    reads since 0s
5s read number 2, served 2
    reads since 0s
    do: judge that cell-1 lapsed with number 2
