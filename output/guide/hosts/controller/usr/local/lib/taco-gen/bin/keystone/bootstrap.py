#!/usr/bin/env python3
"""Run `keystone-manage bootstrap` with the administrator's password from its file; everything else is in the environment.

Run again, it changes nothing but what differs: the password, the region, the endpoints.
"""

import os
import sys

with open("/run/secrets/admin/password", encoding="utf-8") as file:
    password = file.read().strip()
if not password:
    sys.exit("/run/secrets/admin/password is empty; the administrator needs a password")
os.environ["OS_BOOTSTRAP_PASSWORD"] = password
os.execvp("keystone-manage", ["keystone-manage", "bootstrap"])
