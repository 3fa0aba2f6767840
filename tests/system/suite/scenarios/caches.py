"""The dashboard with one of its caches down: its pages answer whoever asks, wherever that session would be kept."""

import hashlib

from suite.cluster.containers import until
from suite.scenarios.broken import Fault, faulty
from suite.scenarios.cloud import http

# As many sessions that none falls to the cache that is down is less likely than once in a hundred thousand runs.
SESSIONS = 30
BARE = Fault("local_settings.py", r'^\s*"OPTIONS": .*$', "")


def statuses(pod):
    """The answers to people whose sessions are spread over the caches; each page asks for the session first."""
    found = []
    for number in range(SESSIONS):
        session = hashlib.sha256(f"session {number}".encode()).hexdigest()[:32]
        headers = {"X-Forwarded-Proto": "https", "Cookie": f"sessionid={session}"}
        found.append(http("GET", f"http://{pod.address}:8080/auth/login/", None, headers, 120)[0])
    return found


def play(stage, steps, pods, caches):
    with steps.step("with one of its caches down pages answer all sessions") as notes:
        assert set(statuses(pods[0])) == {200}, "with all caches up pages fail"
        caches[0].kill()
        found = statuses(pods[0])
        notes.append(f"{found.count(200)} of {SESSIONS} with {len(caches) - 1} of {len(caches)} caches")
        assert set(found) == {200}, f"{notes[0]}: {sorted(set(found))}"
    with steps.broken("without `ignore_exc` pages fail with one cache down"):
        with faulty(stage, pods, 0, BARE) as pod:
            until("its socket is open", 120, lambda: pod.main().connects(8080))
            assert max(statuses(pod)) >= 500, "no page is an error all the same"
    caches[0] = stage.replace(caches[0]).start()
    until("the cache is ready", 60, caches[0].ready)
