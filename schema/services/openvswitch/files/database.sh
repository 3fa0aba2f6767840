#!/bin/sh
# Make the switch's database, or bring an older one to this version's schema.
set -eu

schema=/usr/share/openvswitch/vswitch.ovsschema
database=/etc/openvswitch/conf.db
if [ ! -e "$database" ]; then
    ovsdb-tool create "$database" "$schema"
elif [ "$(ovsdb-tool needs-conversion "$database" "$schema")" = yes ]; then
    cp "$database" "$database.before-conversion"
    ovsdb-tool convert "$database" "$schema"
fi
