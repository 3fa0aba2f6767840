#!/usr/bin/env python3
"""Make a service's databases, its users and their grants. Run again, it sets passwords and grants again.

TACO_ACCOUNTS is a JSON list of {name, key}: users with the file of their password. One without a key is dropped.
"""

import json
import os
import sys
import time

import pymysql

TRUST = "/run/taco/trust/ca.crt"
DATABASES = os.environ["TACO_DATABASES"].split(",")
ACCOUNTS = json.loads(os.environ["TACO_ACCOUNTS"])


def secret(folder, key="password"):
    with open(f"/run/secrets/{folder}/{key}", encoding="utf-8") as file:
        return file.read().strip()


def tls():
    """Where the database speaks TLS the trust is mounted, and no other server is taken."""
    if not os.path.exists(TRUST):
        return {}
    return {"ssl_ca": TRUST, "ssl_verify_cert": True, "ssl_verify_identity": True}


def connect():
    last = None
    for _ in range(60):
        try:
            return pymysql.connect(
                host=os.environ["TACO_HOST"], port=int(os.environ["TACO_PORT"]), user=os.environ["TACO_ADMIN"], password=secret("root"),
                autocommit=True, connect_timeout=10, **tls(),
            )
        except pymysql.MySQLError as error:
            last = error
            time.sleep(5)
    sys.exit(f"db-init: the database does not answer: {last.args[0] if last else 'unknown'}")


def drop(cursor, user):
    cursor.execute("DROP USER IF EXISTS %s@'%%'", (user,))
    print(f"db-init: the user `{user}` is gone", flush=True)


def make(cursor, user, password):
    cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", (user, password))
    cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (user, password))
    for database in DATABASES:
        # In a grant `_` stands for any character: unescaped, nova_api would take novaXapi along.
        pattern = database.replace("`", "``").replace("_", "\\_")
        cursor.execute(f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO %s@'%%'", (user,))
        print(f"db-init: `{database}` belongs to `{user}`", flush=True)


def main():
    with connect() as connection, connection.cursor() as cursor:
        for database in DATABASES:
            name = database.replace("`", "``")
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci")
        for account in ACCOUNTS:
            if "key" in account:
                make(cursor, account["name"], secret("client", account["key"]))
            else:
                drop(cursor, account["name"])


if __name__ == "__main__":
    main()
