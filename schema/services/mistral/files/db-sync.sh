#!/bin/sh
# Bring the database to this release, then the actions and workflows that come with it.
set -eu

mistral-db-manage upgrade head
mistral-db-manage populate
