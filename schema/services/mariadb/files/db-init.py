#!/usr/bin/env python3
"""Make a service's databases, its user and its grants. Run again, it sets the password and grants anew."""

import os
import sys
import time

import pymysql

TRUST = "/run/taco/trust/ca.crt"
DATABASES = os.environ["TACO_DATABASES"].split(",")
USER = os.environ["TACO_USER"]


def secret(folder):
    with open(f"/run/secrets/{folder}/password", encoding="utf-8") as file:
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
                host=os.environ["TACO_HOST"], port=int(os.environ["TACO_PORT"]), user="root", password=secret("root"),
                autocommit=True, connect_timeout=10, **tls(),
            )
        except pymysql.MySQLError as error:
            last = error
            time.sleep(5)
    sys.exit(f"db-init: the database does not answer: {last.args[0] if last else 'unknown'}")


def main():
    with connect() as connection, connection.cursor() as cursor:
        password = secret("client")
        cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", (USER, password))
        cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (USER, password))
        for database in DATABASES:
            name = database.replace("`", "``")
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci")
            # In a grant `_` stands for any character: unescaped, nova_api would take novaXapi along.
            pattern = name.replace("_", "\\_")
            cursor.execute(f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO %s@'%%'", (USER,))
            print(f"db-init: `{database}` belongs to `{USER}`", flush=True)


if __name__ == "__main__":
    main()
