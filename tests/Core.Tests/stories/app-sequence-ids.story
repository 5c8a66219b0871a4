# Sequence ids are taken in blocks, so that a submit of a busy app seldom writes the app's row. A block is as large as what was given so far. They only rise.
app

0s created training-app
1s sequence ids needed after 0
2s sequence ids needed after 1
3s sequence ids needed after 60
4s sequence ids needed after 1000
