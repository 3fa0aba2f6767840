#!/bin/sh
# Before a member stops: wait until no quorum queue would lose its majority by that, at most as long as the grace allows.
set -eu

case $TACO_MEMBERS in
*,*) rabbitmq-upgrade await_online_quorum_plus_one --timeout 90 || echo "stop: a quorum is at risk, stopping all the same" >&2 ;;
esac
