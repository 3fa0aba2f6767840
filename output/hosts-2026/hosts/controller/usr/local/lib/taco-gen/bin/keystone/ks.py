"""What the catalog jobs share: the Identity API as the administrator.

Every call may be made again: what is there is found first, and a write that another job made in between (409) is read back.
"""

import json
import os
import sys
import time
import urllib.parse

from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3

# Where the service speaks TLS the trust is mounted, and no other server is taken.
TRUST = "/run/taco/trust/ca.crt"
VERIFY = TRUST if os.path.exists(TRUST) else True
TRIES = 60
PAUSE = 5


def say(text):
    print(text, flush=True)


def read(path):
    with open(path, encoding="utf-8") as file:
        value = file.read().strip()
    if not value:
        sys.exit(f"{path} is empty")
    return value


def wanted(variable):
    """The entries of a variable with a JSON list."""
    text = os.environ.get(variable, "")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        sys.exit(f"{variable} is no JSON: {error}")


def singular(kind):
    return kind.removesuffix("s")


class Identity:
    """The Identity API; `kind` is a collection, for instance `users`."""

    def __init__(self):
        self.url = os.environ["OS_AUTH_URL"]
        password = v3.Password(
            auth_url=self.url,
            username=os.environ["OS_USERNAME"],
            password=read("/run/secrets/admin/password"),
            project_name="admin",
            user_domain_name="Default",
            project_domain_name="Default",
        )
        self.session = session.Session(auth=password, verify=VERIFY)

    def call(self, method, path, body=None):
        """One request; waits while the service starts. A refused password is not tried again: that would lock the account."""
        why = ""
        for _ in range(TRIES):
            try:
                answer = self.session.request(
                    f"{self.url}{path}", method, json=body, raise_exc=False, timeout=30, headers={"Accept": "application/json"}
                )
            except exceptions.Unauthorized:
                sys.exit("the identity service refuses the administrator's password")
            except (exceptions.ConnectionError, exceptions.DiscoveryFailure, exceptions.HttpError) as error:
                why = type(error).__name__
            else:
                if answer.status_code not in (408, 429, 500, 502, 503, 504):
                    return answer
                why = f"answer {answer.status_code}"
            say(f"{method} {path}: {why}; trying again")
            time.sleep(PAUSE)
        sys.exit(f"{method} {path}: {why}; giving up")

    def must(self, method, path, body=None):
        answer = self.call(method, path, body)
        if answer.status_code >= 300:
            sys.exit(f"{method} {path}: answer {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else {}

    def found(self, kind, **match):
        """The entities that match in every field; the service filters, and what it does not filter is filtered here."""
        query = urllib.parse.urlencode({key: value for key, value in match.items() if value is not None})
        entities = self.must("GET", f"/{kind}?{query}")[kind]
        return [entity for entity in entities if all(entity.get(key) == value for key, value in match.items())]

    def ensure(self, kind, match, fields):
        """The entity that matches, made where there is none, its fields set where they differ: entity and what was done."""
        found = self.found(kind, **match)
        if not found:
            new = {key: value for key, value in {**match, **fields}.items() if value is not None}
            answer = self.call("POST", f"/{kind}", {singular(kind): new})
            if answer.status_code < 300:
                return answer.json()[singular(kind)], "made"
            if answer.status_code != 409:
                sys.exit(f"{kind} {match}: answer {answer.status_code}: {answer.text[:300]}")
            found = self.found(kind, **match)
            if not found:
                sys.exit(f"{kind} {match}: {answer.text[:300]}")
        entity = found[0]
        changed = {key: value for key, value in fields.items() if entity.get(key) != value}
        if not changed:
            return entity, "as it was"
        path = f"/{kind}/{entity['id']}"
        return self.must("PATCH", path, {singular(kind): changed})[singular(kind)], "changed"

    def lets_in(self, user, password, domain):
        """Does the service accept this password?"""
        own = v3.Password(auth_url=self.url, username=user, password=password, user_domain_id=domain, unscoped=True)
        try:
            session.Session(auth=own, verify=VERIFY).get_token()
        except exceptions.ClientException:
            return False
        return True
