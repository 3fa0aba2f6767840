#!/bin/sh
# Start a member of the broker cluster. The cookie is copied, since Erlang wants it owned by the user and readable by nobody else.
set -eu

umask 077
cookie=/var/lib/rabbitmq/.erlang.cookie
cp /run/secrets/erlang-cookie/password "$cookie.new"
chmod 600 "$cookie.new"
mv "$cookie.new" "$cookie"
exec rabbitmq-server
