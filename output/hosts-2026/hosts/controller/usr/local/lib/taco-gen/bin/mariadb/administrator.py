#!/usr/bin/env python3
"""Make the administrator that jobs log in as, with the password from its file; root of this host needs none to do so.

The statements go by standard input, so that no password is in a command line.
"""

import shutil
import subprocess
import sys
import time


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def main():
    with open("/run/secrets/root/password", encoding="utf-8") as file:
        password = quote(file.read().strip())
    statements = [
        f"CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY {password};",
        f"ALTER USER 'root'@'%' IDENTIFIED BY {password};",
        "GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;",
    ]
    # Before 10.4.6 the program has the older name alone.
    client = shutil.which("mariadb") or "mysql"
    # A member of a cluster takes statements once it is in its primary component.
    for _ in range(60):
        run = subprocess.run([client, "--user=root"], input="\n".join(statements), universal_newlines=True, check=False)
        if run.returncode == 0:
            return
        time.sleep(5)
    sys.exit(run.returncode)


if __name__ == "__main__":
    main()
