#!/usr/bin/env python3
"""Bring nova's databases to this release and enter its cells. Every step may be run again.

The entries of the cells are templates: who reads one fills in user, password and host from its own config. So a new
password reaches the cells with the config, and none stands in a database or on a command line. The names of the database and
the virtual host are the cell's own, for whoever reads it may be of another cell.

With the argument `schema` the tables alone are brought to this release, which programs of the one before can live with.
"""

import os
import subprocess
import sys
import urllib.parse

CELL0 = "00000000-0000-0000-0000-000000000000"
SERVER = "{scheme}://{username}:{password}@{hostname}:{port}"


def manage(*words):
    print("nova-manage", *words, flush=True)
    subprocess.run(["nova-manage", *words], check=True)


def cell_id(name, database):
    """The cell of that name, else the one in that database: data that another tool made may name it otherwise, or not at all."""
    table = subprocess.run(["nova-manage", "cell_v2", "list_cells"], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.startswith("|")]
    cells = [row[1:] for row in rows[1:] if row[2] != CELL0]
    named = [row[1] for row in cells if row[0] == name]
    # Releases before Rocky print no addresses.
    held = [row[1] for row in cells if len(row) > 3 and urllib.parse.urlsplit(row[3]).path.lstrip("/") == database]
    return (named + held + [None])[0]


def transport():
    """The template of the broker's URL: with several brokers, what each needs has its number."""
    brokers = len(os.environ["TACO_BROKERS"].split(","))
    if brokers == 1:
        return f"{SERVER}/{os.environ['TACO_VHOST']}"
    one = "{{username{0}}}:{{password{0}}}@{{hostname{0}}}:{{port{0}}}"
    return "{scheme}://" + ",".join(one.format(number + 1) for number in range(brokers)) + f"/{os.environ['TACO_VHOST']}"


def main():
    if sys.argv[1:] == ["schema"]:
        manage("api_db", "sync")
        manage("db", "sync")
        return
    cell0 = f"{SERVER}/{os.environ['TACO_CELL0']}?{{query}}"
    cell1 = f"{SERVER}/{os.environ['TACO_CELL1']}?{{query}}"
    manage("api_db", "sync")
    manage("cell_v2", "map_cell0", "--database_connection", cell0)
    manage(
        "cell_v2", "update_cell", "--cell_uuid", CELL0, "--name", "cell0",
        "--transport-url", "none:///", "--database_connection", cell0,
    )  # fmt: skip
    entry = ["--name", "cell1", "--transport-url", transport(), "--database_connection", cell1]
    known = cell_id("cell1", os.environ["TACO_CELL1"])
    if known:
        manage("cell_v2", "update_cell", "--cell_uuid", known, *entry)
    else:
        manage("cell_v2", "create_cell", *entry)
    manage("db", "sync")
    manage("db", "online_data_migrations")


if __name__ == "__main__":
    main()
