#!/bin/sh
# The administrator that jobs log in as, with the password from its file: a file of definitions, so that no password is in a command
# line. The user `guest` of the package is dropped.
set -eu

umask 077
definitions=$(mktemp)
trap 'rm -f "$definitions"' EXIT
password=$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' /run/secrets/admin/password)
cat >"$definitions" <<JSON
{
  "vhosts": [{"name": "/"}],
  "users": [{"name": "admin", "password": "$password", "tags": ["administrator"], "limits": {}}],
  "permissions": [{"user": "admin", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]
}
JSON
rabbitmqctl --quiet await_startup
rabbitmqctl --quiet import_definitions "$definitions"
rabbitmqctl --quiet delete_user guest || true
