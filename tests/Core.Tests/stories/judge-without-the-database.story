# Who says that it cannot reach the database is bound by it: it judges nothing for 5.0 s after it reads again.
judge

0s read number 1, served 1
    reads since 0s
2s read number 2, served 2
    reads since 0s
4s read number 3, served 3
    reads since 0s
5s asked
    reads since 0s
    do: answer cell-1: I reach it
5.3s asked
    reads since 0s, said that it is without the database
    do: answer cell-1: I cannot reach it either
6s read number 3, served 3
    reads since 6s
8s read number 3, served 3
    reads since 6s
10.5s read number 3, served 3
    reads since 6s
11s read number 3, served 3
    reads since 6s
    do: judge that cell-1 lapsed with number 3
