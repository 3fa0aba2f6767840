#!/bin/sh
# Start libvirtd on the node; with Ceph, enter its key once the daemon answers.
set -eu

if [ -S /run/libvirt/libvirt-sock ] && pgrep -x libvirtd >/dev/null 2>&1; then
    echo "libvirt: the node runs its own libvirtd; stop and disable it first" >&2
    exit 1
fi
rm -f /run/libvirt/libvirtd.pid /run/libvirtd.pid

# Groups have other numbers in the image than on the node.
if [ -c /dev/kvm ]; then
    chgrp kvm /dev/kvm
    chmod 0660 /dev/kvm
fi

# Instances behind a switch in user space make their sockets here.
if [ -d /run/openvswitch/vhost ]; then
    chown nova:kvm /run/openvswitch/vhost
fi

# What TLS of instances reads. It lies in the node's folder: instances that an earlier pod started find it there too.
if [ -n "${TACO_TRUST:-}" ]; then
    pki=/run/libvirt/pki
    mkdir -p "$pki"
    umask 0027
    cat "$TACO_TRUST" >"$pki/ca-cert.pem"
    for side in server client; do
        sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' /run/secrets/certificate/tls.pem >"$pki/$side-cert.pem"
        sed -n '/BEGIN.* PRIVATE KEY/,/END.* PRIVATE KEY/p' /run/secrets/certificate/tls.pem >"$pki/$side-key.pem"
    done
    umask 0022
    # QEMU runs as a user of this group.
    chgrp -R kvm "$pki"
fi

# Whatever is in the pod's control group ends with the pod. The daemon leaves it before it starts an instance, so that
# instances are in no pod's group: they outlive this pod, and its memory limit is not theirs.
group=/sys/fs/cgroup/taco-libvirt
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo "libvirt: the node has no unified control groups (cgroup v2); instances would end with this pod" >&2
    exit 1
fi
mkdir -p "$group"
echo $$ >"$group/cgroup.procs"

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
        # By file: a key in a command line is seen by everyone on the node.
        virsh -c qemu:///system secret-set-value --secret "$TACO_RBD_UUID" --file /etc/ceph/keys/key --plain
        touch /tmp/ceph-key-is-set
    ) &
fi
exec libvirtd
