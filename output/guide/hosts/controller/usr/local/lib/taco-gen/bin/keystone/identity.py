"""A user's session at the Identity API, and requests to any API with its token.

It needs Python 3.6 and nothing beside it: no library that an image or a distribution may lack. Every request may be made again.
"""

import http.client
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request

# Where the services speak TLS the trust is mounted, and no other server is taken.
TRUST = "/run/taco/trust/ca.crt"
TRIES = 60
PAUSE = 5
BUSY = (408, 429, 500, 502, 503, 504)


class Straight(urllib.request.HTTPRedirectHandler):
    """An answer that sends elsewhere is an answer: a request that changes something is not made again at another place."""

    def redirect_request(self, *_):
        return None


CONTEXT = ssl.create_default_context(cafile=TRUST if os.path.exists(TRUST) else None)
OPENER = urllib.request.build_opener(urllib.request.HTTPSHandler(context=CONTEXT), Straight())


def say(text):
    print(text, flush=True)


def read(path):
    with open(path, encoding="utf-8") as file:
        value = file.read().strip()
    if not value:
        sys.exit(f"{path} is empty")
    return value


class Answer:
    """What a service says to a request."""

    def __init__(self, status_code, headers, content):
        self.status_code, self.headers, self.content = status_code, headers, content

    @property
    def text(self):
        return self.content.decode(errors="replace")

    def json(self):
        return json.loads(self.text)


def send(method, url, headers, data, timeout):
    """One request; `data` are bytes or a file."""
    if hasattr(data, "fileno"):
        data.seek(0)
        headers = {**headers, "Content-Length": str(os.fstat(data.fileno()).st_size)}
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    try:
        with OPENER.open(request, timeout=timeout) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def patient(what, ask, tries=TRIES):
    """What `ask` answers once the service is there."""
    why = ""
    for _ in range(tries):
        try:
            answer = ask()
        except (OSError, http.client.HTTPException) as error:
            why = type(getattr(error, "reason", error)).__name__
        else:
            if answer.status_code not in BUSY:
                return answer
            why = f"answer {answer.status_code}"
        say(f"{what}: {why}; trying again")
        time.sleep(PAUSE)
    sys.exit(f"{what}: {why}; giving up")


def sign_in(url, user, scope):
    """Asks for a token of a user by its password."""
    auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    return send("POST", f"{url}/auth/tokens", headers, json.dumps({"auth": auth}).encode(), 30)


class Session:
    """The administrator's session; a refused password is not tried again: that would lock the account."""

    def __init__(self):
        self.url = os.environ["OS_AUTH_URL"].rstrip("/")
        self.user = {"name": os.environ["OS_USERNAME"], "domain": {"name": "Default"}, "password": read("/run/secrets/admin/password")}
        self.token = self.project = None
        # What every request says beside its own headers.
        self.headers = {"Accept": "application/json"}

    def signed_in(self):
        """Asks for a token where there is none; gives the answer where it is a refusal."""
        if self.token is not None:
            return None
        answer = sign_in(self.url, self.user, {"project": {"name": "admin", "domain": {"name": "Default"}}})
        if answer.status_code == 401:
            sys.exit("the identity service refuses the administrator's password")
        if answer.status_code >= 300:
            return answer
        self.token, self.project = answer.headers["X-Subject-Token"], answer.json()["token"]["project"]["id"]
        return None

    def project_id(self):
        patient("POST /auth/tokens", lambda: self.signed_in() or Answer(200, {}, b""))
        return self.project

    def request(self, method, url, headers, data, timeout):
        """One request with a token, and one more with another where it has run out."""
        for _ in range(2):
            answer = self.signed_in()
            if answer is not None:
                return answer
            answer = send(method, url, {**headers, "X-Auth-Token": self.token}, data, timeout)
            if answer.status_code != 401:
                return answer
            self.token = None
        return answer

    def call(self, method, url, body=None, headers=None, data=None):
        """A request that waits while the service starts; data go once."""
        said = dict(self.headers)
        tries, timeout = (TRIES, 60) if data is None else (1, 600)
        if body is not None:
            said["Content-Type"], data = "application/json", json.dumps(body).encode()
        said.update(headers or {})
        return patient(f"{method} {url}", lambda: self.request(method, url, said, data, timeout), tries)

    def must(self, method, url, body=None, headers=None, data=None):
        answer = self.call(method, url, body, headers, data)
        if answer.status_code >= 300:
            sys.exit(f"{method} {url}: answer {answer.status_code}: {answer.text[:400]}")
        return answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else {}

    def lets_in(self, name, password, domain):
        """Does the service accept this password of the user of that domain?"""
        user = {"name": name, "domain": {"id": domain}, "password": password}
        return patient("POST /auth/tokens", lambda: sign_in(self.url, user, "unscoped")).status_code < 300
