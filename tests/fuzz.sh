#!/bin/sh
# Tries texts that nobody wrote for some minutes, with another seed in each round: tests/fuzz.sh MINUTES [FIRST SEED]
# Ends with the status of the first round that fails.
set -e
end=$(($(date +%s) + ${1:-10} * 60))
seed=${2:-1}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
while [ "$(date +%s)" -lt "$end" ]; do
    status=0
    TACO_FUZZ=${TACO_FUZZ:-400} TACO_FUZZ_SEED=$seed cargo test --locked fuzz:: -- --nocapture --test-threads 1 >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$log"
        exit "$status"
    fi
    grep -E ' texts, ' "$log" || true
    seed=$((seed + 1))
done
