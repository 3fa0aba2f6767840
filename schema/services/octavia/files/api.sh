#!/bin/sh
# The API drops a provider that cannot tell the driver agent beside it of its load balancers, and does not ask again.
set -eu

until [ -S /run/octavia/status.sock ]; do
    sleep 1
done
exec uwsgi --ini /etc/octavia/octavia-api-uwsgi.ini
