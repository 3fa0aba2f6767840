#!/bin/sh
# Does the switch answer, and are the site's bridges made? Agents on the node wait for that.
set -eu

[ -e /tmp/bridges-are-made ]
ovs-appctl --timeout=5 -t ovs-vswitchd version >/dev/null
ovs-vsctl --timeout=5 --no-wait show >/dev/null
