# Process types that were given with the promise have the last word.
build

0s promised with web
    AWAITING_UPLOAD, web: run promised
1s arrived by upload-1 with clock web
    STAGED, from what staging left, web: run promised
