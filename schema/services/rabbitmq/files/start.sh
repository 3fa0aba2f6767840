#!/bin/sh
# Start a member of the broker cluster.
# What it needs of secrets is written into memory: the administrator as definitions, which every start imports anew, so that a
# changed password holds after a restart and the user `guest` never exists; the members are listed beside them.
set -eu

umask 077
run=/run/rabbitmq
cookie=/var/lib/rabbitmq/.erlang.cookie

# Erlang wants the cookie owned by the user and readable by nobody else.
cp /run/secrets/erlang-cookie/password "$cookie.new"
chmod 600 "$cookie.new"
mv "$cookie.new" "$cookie"

password=$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' /run/secrets/admin/password)
cat >"$run/definitions.json" <<JSON
{
  "vhosts": [{"name": "/"}],
  "users": [{"name": "admin", "password": "$password", "tags": ["administrator"], "limits": {}}],
  "permissions": [{"user": "admin", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]
}
JSON

mkdir -p "$run/conf.d"
number=0
echo "$TACO_MEMBERS" | tr ',' '\n' | while read -r host; do
    number=$((number + 1))
    echo "cluster_formation.classic_config.nodes.$number = rabbit@$host"
done >"$run/conf.d/members.conf"

exec rabbitmq-server
