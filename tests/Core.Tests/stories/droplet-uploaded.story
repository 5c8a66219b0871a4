# One that somebody has from elsewhere: the first upload that ends is the droplet.
build

0s arrived by upload-1 with web
    refused, DropletNotFound: Droplet not found
0s promised
    AWAITING_UPLOAD
1s promised
    nothing changes
1s promised to another app
    refused, Conflict: Droplet guid is taken by another droplet
1s asked for
    refused, Conflict: Build guid is taken by a build of another package
2s woke
    nothing changes
3s arrived by upload-1 with web worker
    STAGED, from what staging left, web: run web, worker: run worker
3s arrived by upload-1 with web worker
    nothing changes
4s arrived by upload-2 with web
    refused, Invalid: Droplet may be uploaded only once. Create a new droplet to upload bits.
5s asked for
    refused, Conflict: Build guid is taken by a build of another package
