"""Load balancers in OVN: one that is asked for stands in the northbound database."""

from suite.cluster.containers import until
from suite.scenarios import broken
from suite.scenarios.cloud import Endpoint, becomes, brought_up

NB = ("ovn-nbctl", "--no-leader-only", "--db=unix:/run/ovn/ovnnb_db.sock", "--bare", "--columns=vips", "find", "Load_Balancer")


def octavia(stage, steps, up):
    pods = brought_up(stage, steps, "octavia", ["octavia-api", "octavia-housekeeping"])
    client = up["keystone"]["client"]
    api = Endpoint(pods[0], 9876, up["keystone"]["pods"][0])
    nb = next(pod for pod in up["ovn"] if pod.name == "ovn-ovsdb-nb-0").main()
    with steps.step("a load balancer with a listener and a member becomes active, and stands in OVN") as notes:
        found = [one["name"] for one in api.ask("/v2/lbaas/providers")["providers"]]
        assert found == ["ovn"], found
        client.run("network", "create", "balanced")
        subnet = client.json("subnet", "create", "balanced", "--network", "balanced", "--subnet-range", "198.51.100.0/24")["id"]
        made = api.ask("/v2/lbaas/loadbalancers", {"loadbalancer": {"name": "suite", "vip_subnet_id": subnet}})["loadbalancer"]
        place = f"/v2/lbaas/loadbalancers/{made['id']}"

        def active():
            becomes("the load balancer", "ACTIVE", lambda: api.ask(place)["loadbalancer"]["provisioning_status"])

        active()
        listener = {"name": "suite", "protocol": "TCP", "protocol_port": 80, "loadbalancer_id": made["id"]}
        listener = api.ask("/v2/lbaas/listeners", {"listener": listener})["listener"]["id"]
        active()
        pool = {"name": "suite", "protocol": "TCP", "lb_algorithm": "SOURCE_IP_PORT", "listener_id": listener}
        pool = api.ask("/v2/lbaas/pools", {"pool": pool})["pool"]["id"]
        active()
        member = {"address": "198.51.100.40", "protocol_port": 8080, "subnet_id": subnet}
        api.ask(f"/v2/lbaas/pools/{pool}/members", {"member": member})
        active()
        wanted = f"{made['vip_address']}:80=198.51.100.40:8080"
        notes.append(until("it stands in OVN", 60, lambda: [line for line in nb.execute(*NB, f"name={made['id']}").stdout.split() if line == wanted])[0])
    with steps.step("it goes again, and from OVN too"):
        api.ask(f"{place}?cascade=true", method="DELETE")
        until("it is gone", 120, lambda: wanted not in nb.execute(*NB, f"name={made['id']}").stdout, 2)
    with steps.broken("a driver agent without the databases of OVN leaves the API without the provider"):
        fault = broken.Fault("octavia.conf", r"(?<=:)664[12]", "6640")
        with broken.faulty(stage, pods, 0, fault) as pod:
            for _ in range(8):
                until("a look", 10, lambda: broken.never(pod), 1)
    broken.password("octavia")(stage, steps, pods)
    return pods


PLAYS = {"octavia": octavia}
NEEDS = {"octavia": ("keystone", "neutron", "ovn")}
