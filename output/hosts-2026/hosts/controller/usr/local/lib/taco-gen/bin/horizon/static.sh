#!/bin/sh
# Put together what browsers load, by the settings of this site: pages name it by what the settings made of it.
set -eu

export DJANGO_SETTINGS_MODULE=openstack_dashboard.settings
python3 -m django collectstatic --noinput --verbosity 0
python3 -m django compress --force
