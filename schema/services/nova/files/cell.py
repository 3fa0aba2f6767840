#!/usr/bin/env python3
"""Bring the database of a cell to this release and enter the cell. Every step may be run again.

The entry is a template, as those of the other cells (db-sync.py): who reads it fills in user, password and host from its own
config. Its database and its virtual host are the cell's own.

With the argument `schema` the tables alone are brought to this release, which programs of the one before can live with.
"""

import os
import subprocess
import sys

SERVER = "{scheme}://{username}:{password}@{hostname}:{port}"


def manage(*words):
    print("nova-manage", *words, flush=True)
    subprocess.run(["nova-manage", *words], check=True)


def cell_ids():
    """Cells by name, from the table that nova-manage prints."""
    table = subprocess.run(["nova-manage", "cell_v2", "list_cells"], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.startswith("|")]
    return {row[1]: row[2] for row in rows[1:]}


def transport(vhost):
    """The template of the broker's URL: with several brokers, what each needs has its number."""
    brokers = len(os.environ["TACO_BROKERS"].split(","))
    if brokers == 1:
        return f"{SERVER}/{vhost}"
    one = "{{username{0}}}:{{password{0}}}@{{hostname{0}}}:{{port{0}}}"
    return "{scheme}://" + ",".join(one.format(number + 1) for number in range(brokers)) + f"/{vhost}"


def main():
    # The other cells' databases are those of db-sync.py.
    manage("db", "sync", "--local_cell")
    if sys.argv[1:] == ["schema"]:
        return
    name = os.environ["TACO_CELL"]
    database = f"{SERVER}/{os.environ['TACO_DATABASE']}?{{query}}"
    entry = ["--name", name, "--transport-url", transport(os.environ["TACO_VHOST"]), "--database_connection", database]
    known = cell_ids().get(name)
    if known:
        manage("cell_v2", "update_cell", "--cell_uuid", known, *entry)
    else:
        manage("cell_v2", "create_cell", *entry)
    manage("db", "online_data_migrations")


if __name__ == "__main__":
    main()
