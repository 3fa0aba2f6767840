#!/bin/sh
# Run a service's upgrade check: 0 is ready, 1 ready with warnings, 2 or more not ready
# (https://docs.openstack.org/oslo.upgradecheck/latest/reference/index.html). The output says what to do.
set -u

code=0
"$@" || code=$?
[ "$code" -le 1 ] || exit "$code"
