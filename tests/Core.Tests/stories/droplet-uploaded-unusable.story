# What is wrong with the file is said, and a droplet fails but once.
build

0s promised with web
    AWAITING_UPLOAD, web: run promised
1s arrived by upload-1 unusable: it is no tar.gz
    FAILED, it is no tar.gz
2s arrived by upload-2 with web
    refused, Invalid: Droplet may be uploaded only once. Create a new droplet to upload bits.
