#!/bin/sh
# The administrator that jobs log in as, with the password from its file, given by standard input. The user `guest` is dropped.
set -eu

rabbitmqctl --quiet await_startup
if rabbitmqctl --quiet list_users --no-table-headers | cut -f 1 | grep -qx admin; then
    rabbitmqctl --quiet change_password admin </run/secrets/admin/password
else
    rabbitmqctl --quiet add_user admin </run/secrets/admin/password
fi
rabbitmqctl --quiet set_user_tags admin administrator
rabbitmqctl --quiet set_permissions --vhost / admin '.*' '.*' '.*'
rabbitmqctl --quiet delete_user guest 2>/dev/null || true
