#!/usr/bin/env python3
"""Map the compute nodes to their cell, so that instances can be scheduled to them.

A compute is ready some time before it has written its record, and the program finds only those that have: it is asked
again until the cell has a compute. Those that come later are found by the CronJob that asks every ten minutes.
"""

import subprocess
import time

LIMIT = 300
PAUSE = 10


def manage(*words):
    done = subprocess.run(["nova-manage", "cell_v2", *words], check=True, stdout=subprocess.PIPE, universal_newlines=True)
    return done.stdout


def hosts():
    """The compute nodes of a cell: rows of the table below its head."""
    rows = [line for line in manage("list_hosts").splitlines() if line.startswith("|")]
    return [row.split("|")[3].strip() for row in rows[1:]]


def main():
    end = time.monotonic() + LIMIT
    while True:
        print(manage("discover_hosts", "--verbose"), end="", flush=True)
        found = hosts()
        if found:
            print(f"compute nodes in their cell: {len(found)}")
            return
        if time.monotonic() > end:
            print(f"no compute has written its record within {LIMIT} s: the CronJob enters those that come later")
            return
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
