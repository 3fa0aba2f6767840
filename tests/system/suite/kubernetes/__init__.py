"""A control plane of Kubernetes itself, its nodes simulated, and what must hold when a site's whole output is applied to it."""
