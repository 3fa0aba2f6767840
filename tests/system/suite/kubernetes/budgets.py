"""PodDisruptionBudgets against the workloads that they are about: one pod may go, and no second one."""

from suite.cluster.containers import until
from suite.kubernetes.client import Refused
from suite.kubernetes.emitted import template
from suite.kubernetes.gates import ready, selector

KINDS = ("Deployment", "StatefulSet")


def covered(budget, workload):
    wanted = budget["spec"]["selector"]["matchLabels"]
    return wanted.items() <= template(workload)["metadata"]["labels"].items()


def faults(budgets, workloads):
    """What is wrong with the budgets as the controller sees them: `budgets` and `workloads` as the server holds them."""
    several = [one for one in workloads if one["kind"] in KINDS and one["spec"]["replicas"] > 1]
    for workload in several:
        if not any(covered(budget, workload) for budget in budgets):
            yield f"{workload['kind']} {workload['metadata']['name']} has {workload['spec']['replicas']} pods and no budget"
    for budget in budgets:
        name, status = budget["metadata"]["name"], budget.get("status", {})
        of = [one for one in workloads if covered(budget, one)]
        if len(of) != 1 or of[0]["kind"] not in KINDS:
            yield f"{name} covers {[one['metadata']['name'] for one in of]}"
            continue
        replicas = of[0]["spec"]["replicas"]
        seen = tuple(status.get(key) for key in ("expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed"))
        if seen != (replicas, replicas, replicas - 1, 1):
            yield f"{name}: of {replicas} pods {status.get('disruptionsAllowed')} may go, {status.get('desiredHealthy')} must stay"


def evicted(client, namespace, budget):
    """Evict two pods of one budget: what was answered to each. The second one is asked for while the first is gone."""
    pods = client.items("Pod", namespace=namespace, labelSelector=selector(budget["spec"]["selector"]["matchLabels"]))
    pods = [pod for pod in pods if ready(pod) and "deletionTimestamp" not in pod["metadata"]]
    answers = []
    for pod in pods[:2]:
        try:
            client.evict(pod)
            answers.append(201)
        except Refused as refused:
            answers.append(refused.status)
    return answers


def judged(client, namespace, budgets):
    """Evictions of every budget: those that were not answered as one pod and no second."""
    wrong = []
    for budget in budgets:
        answers = evicted(client, namespace, budget)
        if answers[:1] != [201] or answers[1:] not in ([429], []):
            wrong.append(f"{budget['metadata']['name']}: evictions were answered {answers}")
    return wrong


def current(client, namespace, seconds=180):
    """The budgets, once the controller has seen each as it is."""
    def seen():
        found = client.items("PodDisruptionBudget", "policy/v1", namespace)
        status = [(one["metadata"]["generation"], one.get("status", {})) for one in found]
        fresh = all(about.get("observedGeneration") == generation for generation, about in status)
        return fresh and all(about.get("currentHealthy") == about.get("expectedPods") for _, about in status)

    until("budgets seen by their controller", seconds, seen, 0.5)
    return client.items("PodDisruptionBudget", "policy/v1", namespace)
