#!/bin/sh
# Start a member of the broker cluster.
# The administrator is written into memory as definitions, which every start imports again, so that a changed password holds
# after a restart and the user `guest` never exists.
set -eu

umask 077
cookie=/var/lib/rabbitmq/.erlang.cookie

# Erlang wants the cookie owned by the user and readable by nobody else.
cp /run/secrets/erlang-cookie/password "$cookie.new"
chmod 600 "$cookie.new"
mv "$cookie.new" "$cookie"

password=$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' /run/secrets/admin/password)
cat >"/run/rabbitmq/definitions.json" <<JSON
{
  "vhosts": [{"name": "/"}],
  "users": [{"name": "admin", "password": "$password", "tags": ["administrator"], "limits": {}}],
  "permissions": [{"user": "admin", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]
}
JSON

# The next series starts only where all stable feature flags of this one are on. A cluster takes them once its last member is upgraded,
# so each member tries for half an hour after its start.
(
    left=60
    while [ "$left" -gt 0 ] && ! rabbitmqctl --quiet enable_feature_flag all >/dev/null 2>&1; do
        left=$((left - 1))
        sleep 30
    done
) &

exec rabbitmq-server
