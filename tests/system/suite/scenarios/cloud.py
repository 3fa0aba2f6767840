"""What the scenarios of OpenStack services share: the emitted Jobs in their order, the Identity API, the public client."""

import concurrent.futures
import json
import urllib.error
import urllib.request

from suite.cluster.containers import Late, until
from suite.cluster.pods import DOMAIN, Pod
from suite.cluster.volumes import bind
from suite.root import PATH, Root
from suite.site import secret_value

WAVE = "argocd.argoproj.io/sync-wave"


def wave(entity):
    return int(entity["metadata"].get("annotations", {}).get(WAVE, "0"))


def gated(job):
    """The Jobs of its own service that a Job's gate waits for, by their components."""
    gates = [one for one in job["spec"]["template"]["spec"].get("initContainers", []) if one["name"] == "gate"]
    texts = [entry["value"] for gate in gates for entry in gate.get("env", []) if entry["name"] == "DEPENDENCY_JOBS_JSON"]
    labels = [one.get("labels", {}) for text in texts for one in json.loads(text)]
    own = job["metadata"]["labels"]["app.kubernetes.io/name"]
    return {one["app.kubernetes.io/component"] for one in labels if one.get("app.kubernetes.io/name") == own}


def batches(found):
    """Jobs in the order of their waves, and of their gates where a site has no waves: those of one batch run side by side."""
    left = {one["metadata"]["labels"]["app.kubernetes.io/component"]: one for one in found}
    while left:
        first = min(wave(one) for one in left.values())
        free = {name: one for name, one in left.items() if wave(one) == first and not gated(one) & left.keys() - {name}}
        yield [one["metadata"]["name"] for one in free.values()]
        left = {name: one for name, one in left.items() if name not in free}


def jobs(stage, service, but=()):
    """Run a service's Jobs, as many side by side as may be; their names, as notes."""
    found = [one for one in stage.site.of_kind("Job").values() if one["metadata"]["labels"]["app.kubernetes.io/name"] == service]
    found = [one for one in found if one["metadata"]["labels"]["app.kubernetes.io/component"] not in but]
    names = []
    for batch in batches(found):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            list(pool.map(stage.job, batch))
            names += batch
    return [f"{len(names)} Jobs: {', '.join(name.removeprefix(f'{service}-')[:-11] for name in names)}"]


def started(stage, names, seconds=240):
    """Pods of Deployments, started and ready by their own probes."""
    pods = [pod.start() for pod in (stage.deployment(*name) if isinstance(name, tuple) else stage.deployment(name) for name in names)]
    for pod in pods:
        def check(pod=pod):
            dead = [one for one in pod.containers.values() if not one.running()]
            if dead:
                raise RuntimeError(f"{pod.name}.{dead[0].name} ended: {dead[0].tail()}")
            return pod.ready()
        try:
            until(f"{pod.name} is ready by its probe", seconds, check)
        except Late as late:
            raise Late(f"{late}; {pod.main().tail()}") from None
    return pods


def base(pod, port):
    """Where a pod's API is, by TLS where its probe asks so."""
    return f"{pod.main().spec['readinessProbe'].get('httpGet', {}).get('scheme', 'HTTP').lower()}://{pod.address}:{port}"


def http(method, url, body=None, headers=None, timeout=60, context=None):
    """Status, headers and body; an answer that is an error is an answer."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, method=method, data=data, headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def token(pod, user="admin", project="admin", secret=("keystone-admin", "password"), *, scope=None):
    """A token from one instance of the Identity API; for a project, where no other scope is given."""
    domain = {"id": "default"}
    password = {"user": {"name": user, "domain": domain, "password": secret_value(*secret)}}
    scope = scope or {"project": {"name": project, "domain": domain}}
    body = {"auth": {"identity": {"methods": ["password"], "password": password}, "scope": scope}}
    status, headers, text = http("POST", f"{base(pod, 5000)}/v3/auth/tokens", body, context=pod.stage.context())
    assert status == 201, f"{pod.name} answered {status}: {text[:200].decode()}"
    return headers["X-Subject-Token"]


def accepts(pod, subject, by):
    """Does an instance take a token that another one gave?"""
    headers = {"X-Auth-Token": by, "X-Subject-Token": subject}
    return http("GET", f"http://{pod.address}:5000/v3/auth/tokens", None, headers)[0] == 200


class Endpoint:
    """An API at a pod, asked as the administrator, of a project or of another scope."""

    def __init__(self, pod, port, keystone, *, scope=None, **headers):
        self.url = f"http://{pod.address}:{port}"
        self.headers = {"X-Auth-Token": token(keystone, scope=scope), **{name.replace("_", "-"): value for name, value in headers.items()}}

    def ask(self, path, body=None, *, method=None, wanted=(200, 201, 202, 204), **headers):
        """The answer, out of JSON or as it stands; another status than those wanted is an error."""
        headers = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        method = method or ("GET" if body is None else "POST")
        status, _, text = http(method, self.url + path, body, headers)
        assert status in wanted, f"{method} {path} is answered {status}: {text[:400].decode(errors='replace')}"
        return json.loads(text) if text[:1] in (b"{", b"[") else text


def brought_up(stage, steps, service, names):
    """Pods of a service, after its emitted Jobs."""
    with steps.step("the emitted Jobs end well, and every pod is ready by its probe") as notes:
        notes += jobs(stage, service)
        return started(stage, names)


def becomes(what, status, show, seconds=120):
    """Wait until a resource has a status; an error ends the wait."""
    def check():
        now = show()
        assert str(now).upper() not in ("ERROR", "FAILED"), f"{what} is {now}"
        return now == status
    return until(f"{what} is {status}", seconds, check, 2)


class Client:
    """The public command-line client, in a root of its own that knows the stage's names."""

    def __init__(self, stage, scheme="http"):
        self.root = Root(stage.work, "bookworm", "client")
        bind(stage.environment, self.root.path / "var/lib/openstack", True)
        bind(stage.hosts, self.root.path / "etc/hosts", False)
        self.environ = {
            "PATH": f"/var/lib/openstack/bin:{PATH}", "OS_AUTH_URL": f"{scheme}://keystone-api.{DOMAIN}:5000/v3", "OS_USERNAME": "admin",
            "OS_PASSWORD": secret_value("keystone-admin", "password"), "OS_PROJECT_NAME": "admin", "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default", "OS_INTERFACE": "internal", "OS_IDENTITY_API_VERSION": "3", "OS_REGION_NAME": "RegionOne",
        }
        if scheme == "https":
            self.root.write("/tmp/trust.crt", stage.certificates["taco-trust"]["ca.crt"])
            self.environ["OS_CACERT"] = "/tmp/trust.crt"

    def run(self, *words, text=None, timeout=300):
        done = self.root.run("/var/lib/openstack/bin/python", "-W", "ignore", "/var/lib/openstack/bin/openstack", *words, env=self.environ,
                             timeout=timeout, text=text)
        assert done.returncode == 0, f"openstack {' '.join(words[:4])}: {done.stdout.strip()[-700:]}"
        return done.stdout

    def json(self, *words, **more):
        output = self.run(*words, "-f", "json", **more)
        return json.loads(output[min(index for index in (output.find("{"), output.find("[")) if index >= 0):])


def member(stage, kind, name, node):
    """The pod of a DaemonSet on a node, whose name it has."""
    return Pod(stage, stage.workload(kind, name), f"{name}-{node}", hostname=node, node=node)
