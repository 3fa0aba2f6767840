#!/bin/sh
# Bring the database to this release, then its rows.
set -eu

cinder-manage db sync
cinder-manage db online_data_migrations
