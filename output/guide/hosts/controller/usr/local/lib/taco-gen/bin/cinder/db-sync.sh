#!/bin/sh
# Bring the database to this release, then its rows; with the argument `schema` the tables alone.
set -eu

cinder-manage db sync
[ "${1-}" = schema ] || cinder-manage db online_data_migrations
