#!/usr/bin/env python3
"""Make a service's databases, its users and their grants. Run again, it sets passwords and grants again.

TACO_ACCOUNTS is a JSON list of {name, key}: users with the file of their password. One without a key is dropped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

try:
    import pymysql
except ImportError:
    # Hosts with older packages have the library for Python 2 alone, and the client's program.
    pymysql = None

TRUST = "/run/taco/trust/ca.crt"
HOST, PORT, ADMIN = os.environ["TACO_HOST"], os.environ["TACO_PORT"], os.environ["TACO_ADMIN"]
DATABASES = os.environ["TACO_DATABASES"].split(",")
ACCOUNTS = json.loads(os.environ["TACO_ACCOUNTS"])


def secret(folder, key="password"):
    with open(f"/run/secrets/{folder}/{key}", encoding="utf-8") as file:
        return file.read().strip()


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def by_library(statements):
    """Gives what went wrong. Where the database speaks TLS the trust is mounted, and no other server is taken."""
    tls = {"ssl_ca": TRUST, "ssl_verify_cert": True, "ssl_verify_identity": True} if os.path.exists(TRUST) else {}
    try:
        connection = pymysql.connect(
            host=HOST, port=int(PORT), user=ADMIN, password=secret("root"), autocommit=True, connect_timeout=10, **tls
        )
    except pymysql.MySQLError as error:
        return error.args[0]
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return None


def by_program(statements):
    """Gives what went wrong. The statements go by standard input and the password by a pipe: neither is in a command line."""
    password = secret("root").replace("\\", "\\\\").replace('"', '\\"')
    readable, writable = os.pipe()
    os.write(writable, f'[client]\npassword="{password}"\n'.encode())
    os.close(writable)
    command = [shutil.which("mariadb") or "mysql", f"--defaults-extra-file=/dev/fd/{readable}", "--connect-timeout=10"]
    command += [f"--host={HOST}", f"--port={PORT}", f"--user={ADMIN}"]
    command += [f"--ssl-ca={TRUST}", "--ssl-verify-server-cert"] if os.path.exists(TRUST) else []
    text = "".join(f"{statement};\n" for statement in statements)
    run = subprocess.run(
        command, input=text, pass_fds=[readable], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, universal_newlines=True, check=False
    )
    os.close(readable)
    if run.returncode == 0:
        return None
    # What follows the number may be a part of a statement.
    found = re.search(r"ERROR (\d+)", run.stderr)
    return int(found.group(1)) if found else f"status {run.returncode}"


def drop(user):
    return [f"DROP USER IF EXISTS {quote(user)}@'%'"]


def make(user, password):
    name = f"{quote(user)}@'%'"
    # In a grant `_` stands for any character: unescaped, nova_api would take novaXapi along.
    patterns = [database.replace("`", "``").replace("_", "\\_") for database in DATABASES]
    return [
        f"CREATE USER IF NOT EXISTS {name} IDENTIFIED BY {quote(password)}",
        f"ALTER USER {name} IDENTIFIED BY {quote(password)}",
        *[f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO {name}" for pattern in patterns],
    ]


def wanted():
    names = [database.replace("`", "``") for database in DATABASES]
    statements = [f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci" for name in names]
    for account in ACCOUNTS:
        user = account["name"]
        statements += make(user, secret("client", account["key"])) if "key" in account else drop(user)
    return statements


def main():
    ask, why = by_library if pymysql else by_program, None
    for _ in range(60):
        why = ask(wanted())
        if why is None:
            break
        time.sleep(5)
    else:
        sys.exit(f"db-init: the database does not answer: {why}")
    for account in ACCOUNTS:
        done = f"has {', '.join(DATABASES)}" if "key" in account else "is gone"
        print(f"db-init: the user `{account['name']}` {done}", flush=True)


if __name__ == "__main__":
    main()
