#!/bin/sh
# Starts a member; its number is that of the pod, counted from 1.
set -eu

echo $((${POD_NAME##*-} + 1)) >/data/myid
exec zkServer.sh --config /etc/zookeeper start-foreground
