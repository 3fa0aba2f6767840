"""What the catalog jobs share: the Identity API as the administrator.

Every call may be made again: what is there is found first, and a write that another job made in between (409) is read back.
"""

import json
import os
import sys
import urllib.parse

import identity
from identity import read, say

__all__ = ["Identity", "read", "say", "wanted"]


def wanted(variable):
    """The entries of a variable with a JSON list."""
    text = os.environ.get(variable, "")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        sys.exit(f"{variable} is no JSON: {error}")


def singular(kind):
    return kind[:-1]


class Identity(identity.Session):
    """The Identity API; `kind` is a collection, for instance `users`."""

    def call(self, method, path, body=None, headers=None, data=None):
        return super().call(method, f"{self.url}{path}", body, headers, data)

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
