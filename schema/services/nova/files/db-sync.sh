#!/bin/sh
# The three databases: api, cell0 and cell1. Every step may be run again.
set -eu

nova-manage api_db sync
nova-manage cell_v2 map_cell0 --database_connection "$(python3 - <<'PY'
import configparser
import re

reader = configparser.RawConfigParser(strict=False)
reader.read("/etc/nova/nova.conf.d/secret.conf")
# oslo.config reads `$$` as one `$`.
connection = reader["database"]["connection"].replace("$$", "$")
print(re.sub(r"/nova_cell1(\?|$)", r"/nova_cell0\1", connection))
PY
)"
cells=$(nova-manage cell_v2 list_cells)
if echo "$cells" | grep -q " cell1 "; then
    uuid=$(echo "$cells" | awk '$2 == "cell1" { print $4 }')
    # Takes database and queue of the cell from the config, where their passwords may have changed.
    nova-manage cell_v2 update_cell --cell_uuid "$uuid"
else
    nova-manage cell_v2 create_cell --name cell1
fi
nova-manage db sync
nova-manage db online_data_migrations
