#!/bin/bash
# Does the balancer of this host take a connection?
set -eu
exec 3<>/dev/tcp/127.0.0.1/1936
