#!/usr/bin/env python3
"""Give the cluster its primary component back where a member outlived the quorum, and that can lose nothing.

Of three members two die at once: the third one is outside the primary component, and the two that are started again
wait for one. It may make itself the primary component once it knows that nobody else can be one and nobody else holds
more: all other members have told, all of them only wait, and none holds another history or a higher position.
"""

import subprocess
import time

import probe

# Looks in a row, so that an answer from a member on its way down does not decide.
SURE = 3
PAUSE = 3


def position(found):
    """The last position that a running server committed; -1 where it does not say."""
    try:
        return int(found.get("wsrep_last_committed", "-1"))
    except ValueError:
        return -1


def outlived(found, told, others):
    """May a server with this status go on alone, by what the other members told?"""
    if found is None or probe.is_primary(found) or set(told) != set(others):
        return False
    history, mine = found.get("wsrep_cluster_state_uuid"), position(found)
    return mine >= 0 and all(
        not answer["running"] and answer["history"] in ("", history) and answer["seqno"] <= mine for answer in told.values()
    )


def bootstrap():
    statement = "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'"
    return subprocess.run(probe.CLIENT, input=statement, text=True, check=False, timeout=30).returncode == 0


def watch(ask, others, say):
    """Look, for as long as the server runs; `others` are the addresses of the other members by name."""
    sure = 0
    while True:
        time.sleep(PAUSE)
        found = probe.status()
        if found is None or probe.is_primary(found):
            sure = 0
            continue
        answers = {name: ask(host) for name, host in others.items()}
        told = {name: answer for name, answer in answers.items() if answer}
        sure = sure + 1 if outlived(found, told, others) else 0
        if sure >= SURE:
            say(f"all others wait, and none holds more than position {position(found)}: going on as the primary component")
            sure = 0 if bootstrap() else SURE - 1
