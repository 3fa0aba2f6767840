#!/bin/sh
# Start libvirtd on the node; with Ceph, enter its key once the daemon answers.
set -eu

if [ -S /run/libvirt/libvirt-sock ] && pgrep -x libvirtd >/dev/null 2>&1; then
    echo "libvirt: the node runs its own libvirtd; stop and disable it first" >&2
    exit 1
fi
rm -f /run/libvirt/libvirtd.pid /run/libvirtd.pid

if [ -f /etc/ceph/keys/key ]; then
    (
        until virsh -c qemu:///system list >/dev/null 2>&1; do sleep 1; done
        definition=$(mktemp)
        cat >"$definition" <<XML
<secret ephemeral='no' private='no'>
  <uuid>$TACO_RBD_UUID</uuid>
  <usage type='ceph'><name>client.nova secret</name></usage>
</secret>
XML
        virsh -c qemu:///system secret-define --file "$definition"
        rm -f "$definition"
        virsh -c qemu:///system secret-set-value --secret "$TACO_RBD_UUID" --file /etc/ceph/keys/key --plain
    ) &
fi
exec libvirtd
