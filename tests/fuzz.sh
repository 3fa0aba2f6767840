#!/bin/sh
# Tries texts that nobody wrote for some minutes, with another seed in each round: tests/fuzz.sh MINUTES [FIRST SEED]
set -e
end=$(($(date +%s) + ${1:-10} * 60))
seed=${2:-1}
while [ "$(date +%s)" -lt "$end" ]; do
    TACO_FUZZ=${TACO_FUZZ:-400} TACO_FUZZ_SEED=$seed cargo test --locked fuzz:: -- --nocapture --test-threads 1 | grep -E ' texts, |number '
    seed=$((seed + 1))
done
