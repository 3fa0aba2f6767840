"""Single sign-on: an OpenID Connect provider of others, and the emitted Apache before the identity API."""

import http.client
import re
import urllib.parse
from http.cookies import SimpleCookie
from pathlib import Path

from suite.cluster.certificates import made_elsewhere, trusting
from suite.cluster.outside import Server
from suite.cluster.containers import until
from suite.scenarios.broken import Fault, faulty
from suite.scenarios.cloud import http as ask, token
from suite.site import secret_value

HOST, PORT = "sso.example.org", 9400
IDENTITY = "identity.reach.example.org"
DASHBOARD = "https://dashboard.reach.example.org/auth/websso/"
PROTOCOL = "identity_providers/staff/protocols/openid"
WAY = f"https://{IDENTITY}/v3/auth/OS-FEDERATION/{PROTOCOL}/websso?origin={urllib.parse.quote(DASHBOARD)}"
SECRET = ("keystone-staff-client", "password")
SCRIPT = (Path(__file__).resolve().parents[1] / "tools" / "provider.py").read_text(encoding="utf-8")
STRANGER = Fault("secret-taco-trust/ca.crt", r"\A[\s\S]*\Z", made_elsewhere(["nobody"])["ca.crt"])
ANOTHER = Fault("secret-keystone-staff-client/password", r"\A[\s\S]*\Z", "another")


def provider(stage):
    server = Server(stage, HOST, "apis")
    server.root.bind(stage.work / "environments" / "sign-on", "/opt/provider")
    server.root.write("/check/provider.py", SCRIPT)
    made = made_elsewhere([HOST])
    server.root.write("/check/provider.pem", made["tls.pem"])
    # The authority that the site names.
    stage.certificates["taco-trust"] = {"ca.crt": made["ca.crt"]}
    server.context = trusting(made["ca.crt"], names=False)
    env = {"CLIENT": "openstack", "CLIENT_SECRET": secret_value(*SECRET), "REDIRECT": f"https://{IDENTITY}/v3/redirect_uri"}
    server.start("/opt/provider/bin/python", "/check/provider.py", server.address, str(PORT), "/check/provider.pem", env=env)
    until("the provider answers", 90, lambda: tells(server), 1)
    return server


def tells(server):
    try:
        return ask("GET", f"https://{server.address}:{PORT}/.well-known/openid-configuration", context=server.context)[0] == 200
    except OSError:
        return False


class Browser:
    """Keeps cookies and follows redirects; a name leads to a place of the stage, as the proxy before the API would, the provider's by TLS."""

    def __init__(self, places, context):
        self.places, self.cookies, self.context = places, {}, context

    def ask(self, method, url, form=None):
        parts = urllib.parse.urlsplit(url)
        kept = self.cookies.setdefault(parts.hostname, SimpleCookie())
        headers = {"Host": parts.netloc, "X-Forwarded-Proto": parts.scheme, "X-Forwarded-Host": parts.netloc}
        headers["Accept"] = "text/html"
        headers["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in kept.items())
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        place = self.places[parts.hostname]
        connection = http.client.HTTPConnection(*place, timeout=60)
        if parts.hostname == HOST:
            connection = http.client.HTTPSConnection(*place, timeout=60, context=self.context)
        path = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
        connection.request(method, path, urllib.parse.urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        for line in answer.headers.get_all("Set-Cookie") or []:
            kept.load(line)
        return answer.status, answer.headers.get("Location"), text

    def follow(self, method, url, form=None):
        """The last address and its answer."""
        for _ in range(12):
            status, place, text = self.ask(method, url, form)
            if status not in (301, 302, 303, 307):
                return url, status, text
            method, url, form = "GET", urllib.parse.urljoin(url, place), None
        raise AssertionError(f"redirects without an end, the last to {url[:200]}")


def signed_in(server, pod):
    """What a person gets who asks for the dashboard's page of the provider, and signs in there."""
    browser = Browser({IDENTITY: (pod.address, 5000), HOST: (server.address, PORT)}, server.context)
    url, status, text = browser.follow("GET", WAY)
    assert status == 200 and urllib.parse.urlsplit(url).hostname == HOST, f"answer {status} of {url[:120]}: {text[:300]}"
    url, status, text = browser.follow("POST", url, {"sub": "1001"})
    return urllib.parse.urlsplit(url).hostname, status, text


def play(steps, stage, up, server):
    pods = up["pods"]
    with steps.step("who asks for it is sent to the provider, signs in there, and comes back with a token") as notes:
        host, status, text = signed_in(server, pods[0])
        assert (host, status) == (IDENTITY, 200), f"answer {status} of {host}: {text[:400]}"
        assert f'action="{DASHBOARD}"' in text, text[:400]
        subject = re.search(r'name="token"[^>]*value="([^"]+)"', text).group(1)
        shown = {"X-Auth-Token": token(pods[0]), "X-Subject-Token": subject}
        status, _, said = ask("GET", f"http://{pods[0].address}:5000/v3/auth/tokens", None, shown)
        assert status == 200 and b'"name": "alice"' in said and b"openid" in said, f"answer {status}: {said[:400].decode()}"
        notes.append(re.search(r'"methods": \[[^]]*\]', said.decode()).group(0))
    with steps.step("what names the user in a header, or a token that the provider did not give, gets nothing") as notes:
        way = f"http://{pods[0].address}:5000/v3/OS-FEDERATION/{PROTOCOL}/auth"
        forged = {"OIDC-preferred_username": "alice", "OIDC-iss": f"https://{HOST}:{PORT}", "Authorization": "Bearer forged"}
        status, _, _ = ask("GET", way, None, forged)
        assert status == 401, f"answer {status}"
        notes.append("401")
    with steps.broken("with another secret of the client nobody comes back with a token"):
        with faulty(stage, pods, 0, ANOTHER) as pod:
            until("it is ready", 240, pod.ready, 2)
            host, status, text = signed_in(server, pod)
            assert 'name="token"' not in text, f"a token all the same, answer {status} of {host}"
    with steps.broken("with another authority than the provider's nobody comes to its page"):
        with faulty(stage, pods, 0, STRANGER) as pod:
            until("it is ready", 240, pod.ready, 2)
            browser = Browser({IDENTITY: (pod.address, 5000), HOST: (server.address, PORT)}, server.context)
            url, status, _ = browser.follow("GET", WAY)
            assert urllib.parse.urlsplit(url).hostname == IDENTITY and status != 200, f"answer {status} of {url[:120]}"
