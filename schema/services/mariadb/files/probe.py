#!/usr/bin/env python3
"""Ask the server here: `alive` (it answers), `primary` (it is in the cluster's primary component) or `ready` (it serves).

The question goes over the socket as the account `mysql`, which the server knows by the uid of the process (unix_socket),
so that no probe needs a password.
"""

import subprocess
import sys

SOCKET = "/run/mysqld/mysqld.sock"
CLIENT = ["mariadb", "--no-defaults", f"--socket={SOCKET}", "--user=mysql", "--batch", "--skip-column-names"]


def status():
    """The server's wsrep status by name; None where it does not answer."""
    try:
        run = subprocess.run(
            CLIENT, input="SHOW GLOBAL STATUS LIKE 'wsrep%'", check=False, capture_output=True, text=True, timeout=8,
        )
    except subprocess.TimeoutExpired:
        return None
    if run.returncode != 0:
        return None
    rows = (line.split("\t", 1) for line in run.stdout.splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}


def is_primary(found):
    return found is not None and found.get("wsrep_cluster_status") == "Primary"


def is_ready(found):
    """Synced (4), or giving its state to a joiner (2): mariabackup does not block the giver."""
    return is_primary(found) and found.get("wsrep_ready") == "ON" and found.get("wsrep_local_state") in ("2", "4")


if __name__ == "__main__":
    checks = {"alive": lambda found: found is not None, "primary": is_primary, "ready": is_ready}
    sys.exit(0 if checks[sys.argv[1]](status()) else 1)
