#!/usr/bin/env python3
"""Run `keystone-manage bootstrap` with the administrator's password from its file; everything else is in the environment."""

import os

with open("/run/secrets/admin/password", encoding="utf-8") as file:
    os.environ["OS_BOOTSTRAP_PASSWORD"] = file.read().strip()
os.execvp("keystone-manage", ["keystone-manage", "bootstrap"])
