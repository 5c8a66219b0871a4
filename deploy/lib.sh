# What the scripts below deploy/ share. Sourced, never run.
# shellcheck shell=bash

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# usage: prints the comment at the head of the running script.
usage() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }

# apt_install PACKAGE...: on Debian, as root; says what it does.
apt_install() {
    [[ $(id -u) == 0 ]] || die "$* must be installed: run this as root, or 'apt-get install $*' yourself"
    command -v apt-get >/dev/null || die "$* must be installed and there is no apt-get here: install it by hand"

    say "installing $* with apt-get"
    local log
    log=$(mktemp)
    # Another apt-get may be at work on a new machine: wait for it, at most five minutes.
    if ! { apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        die "apt-get could not install $*, see above (all of it: $log)"
    fi
    rm -f "$log"
}

# docker_cli ARGUMENT...: the distribution's own client where there is one.
docker_cli() {
    if [[ -x /usr/bin/docker ]]; then
        /usr/bin/docker "$@"
    else
        docker "$@"
    fi
}

# engine_answers URI
engine_answers() {
    command -v docker >/dev/null && DOCKER_CONTEXT='' timeout 10 "$(command -v docker)" -H "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1
}

# wait_until SECONDS COMMAND...: true as soon as the command is.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

# is_taken PORT: does somebody listen there? Opened in a subshell, whose end closes it.
is_taken() { (exec 8<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
