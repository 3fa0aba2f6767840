"""What the catalog jobs share: a session of the administrator, and waiting for the identity service."""

import os
import sys
import time

import openstack


def connect():
    with open("/run/secrets/admin/password", encoding="utf-8") as file:
        password = file.read().strip()
    last = None
    for _ in range(60):
        try:
            connection = openstack.connection.Connection(
                auth={
                    "auth_url": os.environ["OS_AUTH_URL"],
                    "username": "admin",
                    "password": password,
                    "project_name": "admin",
                    "user_domain_name": "Default",
                    "project_domain_name": "Default",
                },
                region_name=os.environ["OS_REGION_NAME"],
                identity_interface="internal",
            )
            connection.authorize()
            return connection
        except Exception as error:  # noqa: BLE001 -- whatever it is, the service may still be starting
            last = type(error).__name__
            time.sleep(5)
    sys.exit(f"the identity service does not let the administrator in: {last}")
