#!/usr/bin/env python3
"""Rotate the keys of stored credentials, and encrypt the credentials anew.

The Secret is rotated first; `keystone-manage credential_migrate` then needs both the old and the new primary key, which
the repository still holds.
"""

import base64
import importlib.util
import os
import subprocess
import sys

FOLDER = "/etc/keystone/credential-keys"
NAME = "keystone-credential-keys"

specification = importlib.util.spec_from_file_location("manage", "/opt/taco/bin/fernet-manage.py")
manage = importlib.util.module_from_spec(specification)
specification.loader.exec_module(manage)


def main():
    sys.argv = ["fernet-manage.py", "rotate", "credential", NAME]
    manage.main()
    data = manage.call("GET", NAME).get("data") or {}
    for number, value in data.items():
        path = os.path.join(FOLDER, number)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(base64.b64decode(value))
    sys.exit(subprocess.run(["keystone-manage", "credential_migrate"], check=False).returncode)


if __name__ == "__main__":
    main()
