#!/bin/bash
# A task that may run more than once and still does its work once.
#
# It "books" one line into a ledger that outlives containers: LEDGER names a folder on storage that all attempts share.
#   done/<task guid>    the work's result; whoever finds it has nothing left to do (idempotence)
#   fence/<task guid>   the highest attempt that ever wrote (the fence); a lower attempt must not write any more
# flock makes "look at the fence, then write" one step. A lock alone would not do: an attempt that was paused for minutes may wake up
# between any two of its lines, long after its successor has finished.
set -euo pipefail

ledger=${LEDGER:?names the shared folder of the ledger}
task=${GRANARY_TASK_GUID:?is set by Granary}
attempt=${GRANARY_TASK_ATTEMPT:?is set by Granary}
[[ $task =~ ^[0-9a-fA-F-]{1,64}$ && $attempt =~ ^[1-9][0-9]{0,9}$ ]] || { echo "not a task's guid and attempt: $task $attempt" >&2; exit 2; }

mkdir -p "$ledger/done" "$ledger/fence"

# On SIGTERM nothing is half done, since results appear by a rename; only the draft is cleared away.
draft=$ledger/done/.$task.$attempt
trap 'rm -f "$draft"' EXIT
trap 'echo "attempt $attempt was told to stop" >&2; exit 143' TERM

raise_fence() {
    local highest=0
    [[ -e $ledger/fence/$task ]] && read -r highest < "$ledger/fence/$task"
    if ((attempt < highest)); then
        echo "attempt $attempt is overtaken by attempt $highest; it writes nothing" >&2
        exit 75
    fi
    echo "$attempt" > "$ledger/fence/$task.$attempt"
    mv -f "$ledger/fence/$task.$attempt" "$ledger/fence/$task"
}

exec 9> "$ledger/.lock"

flock 9
raise_fence
flock -u 9

if [[ -e $ledger/done/$task ]]; then
    echo "already done: $(< "$ledger/done/$task")"
    exit 0
fi

# The work itself; it may take long and holds no lock. Its result goes into a draft that nobody reads.
echo "booked by attempt $attempt" > "$draft"

flock 9
raise_fence
if [[ -e $ledger/done/$task ]]; then
    echo "already done: $(< "$ledger/done/$task")"
    exit 0
fi
mv "$draft" "$ledger/done/$task"
flock -u 9
echo "done: $(< "$ledger/done/$task")"
