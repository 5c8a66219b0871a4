# What the image scripts share. Sourced after lib.sh, never run.
# shellcheck shell=bash

# The packed file systems are kept, so that a second engine needs no network. Delete the folder to fetch newer packages.
cache=${GRANARY_IMAGE_CACHE:-$(readlink -m "$here/../../.state/images")}

# The recipe is its scripts: what they make is made again when they change.
recipe=$(cat "$here/common.sh" "$(readlink -f "$0")" | sha256sum | cut -c1-12)

# has_image URI NAME: made by this very recipe?
has_image() {
    [[ $(docker_cli -H "$1" image inspect --format '{{index .Config.Labels "granary.recipe"}}' "$2" 2>/dev/null) == "$recipe" ]]
}

# packed NAME: prints the path of the file system's tar file, after calling 'pack FILE FOLDER' if there is none.
packed() {
    local file=$cache/$1-$recipe.tar work
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    if [[ ! -e $file ]]; then
        rm -f "$cache/$1"-*.tar
        # Not in a variable of the caller: the trap runs when the script ends.
        work=$(mktemp -d)
        # shellcheck disable=SC2064 # Expanded now on purpose.
        trap "rm -rf '$work'" EXIT
        pack "$work/packed.tar" "$work" >&2
        mv "$work/packed.tar" "$file"
    fi
    exec 9>&-
    echo "$file"
}

# unpack_packages FOLDER PACKAGE...: fetches them with apt and unpacks them into FOLDER; none of their scripts run.
unpack_packages() {
    local root=$1 debs=$1.debs file
    shift
    command -v apt-get >/dev/null || die "the image is made of Debian packages and there is no apt-get here: name an image of yours instead"
    mkdir -p "$debs"
    if ! apt-cache show "$@" >/dev/null 2>&1; then
        [[ $(id -u) == 0 ]] || die "apt does not know the packages it needs: run 'apt-get update' as root first"
        apt-get update -qq
    fi
    # apt drops to the user _apt for a download and warns where that user may not write.
    (cd "$debs" && apt-get download -qq -o APT::Sandbox::User=root "$@") || die "apt-get could not download the packages of the image, see above"
    for file in "$debs"/*.deb; do
        dpkg-deb --fsys-tarfile "$file" | tar -x -C "$root" --keep-directory-symlink --no-same-owner
    done
}

# add_users FOLDER: root, nobody, and vcap as on Cloud Foundry.
add_users() {
    printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin \
        vcap:x:2000:2000:vcap:/home/vcap:/bin/sh >"$1/etc/passwd"
    printf '%s\n' root:x:0: nogroup:x:65534: vcap:x:2000: >"$1/etc/group"
    # A container without a network sees this file as it is.
    printf '%s\n' '127.0.0.1 localhost' '::1 localhost ip6-localhost ip6-loopback' >"$1/etc/hosts"
    : >"$1/etc/resolv.conf"
    mkdir -p "$1"/{dev,proc,sys,run,tmp,root} "$1"/home/vcap/{app,tmp,deps,logs}
    chmod 1777 "$1/tmp"
    chmod 700 "$1/root"
}

# archive FOLDER FILE: the same bytes for the same content; root owns all but vcap's home, also when we are not root.
archive() {
    local same=(--numeric-owner --sort=name --mtime=@0)
    tar -c -f "$2" -C "$1" "${same[@]}" --owner=0 --group=0 --exclude=./home/vcap .
    tar -r -f "$2" -C "$1" "${same[@]}" --owner=2000 --group=2000 ./home/vcap
}

# import_image URI NAME FILE [CHANGE]...
import_image() {
    local uri=$1 name=$2 file=$3 change changes=()
    shift 3
    for change in "LABEL granary.recipe=$recipe" 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$@"; do
        changes+=(--change "$change")
    done
    docker_cli -H "$uri" import "${changes[@]}" "$file" "$name" >/dev/null
}
