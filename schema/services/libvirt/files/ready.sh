#!/bin/sh
# Does the daemon answer, and does it hold the Ceph key where there is one?
set -eu

[ ! -f /etc/ceph/keys/key ] || [ -e /tmp/ceph-key-is-set ]
virsh -c qemu:///system version >/dev/null
