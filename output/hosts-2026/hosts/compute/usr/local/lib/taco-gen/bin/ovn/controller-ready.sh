#!/bin/sh
# Is the controller connected to the southbound database? The command ends well whatever it prints.
set -eu

said=$(ovn-appctl --timeout=5 -t ovn-controller connection-status)
test "$said" = connected
