#!/usr/bin/env python3
"""Forget services of pods that are gone: schedulers and backups that have been down for a day.

The rows of volume services stay: volumes hang on them, and their pods keep their names.
"""

import datetime
import subprocess

BINARIES = ("cinder-scheduler", "cinder-backup")
DOWN = "XXX"


def main():
    table = subprocess.run(["cinder-manage", "service", "list"], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    limit = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    for words in (line.split() for line in table.splitlines()):
        if len(words) < 7 or words[0] not in BINARIES or words[4] != DOWN:
            continue
        seen = datetime.datetime.strptime(f"{words[5]} {words[6][:8]}+0000", "%Y-%m-%d %H:%M:%S%z")
        if seen < limit:
            subprocess.run(["cinder-manage", "service", "remove", words[0], words[1]], check=True)


if __name__ == "__main__":
    main()
