"""Hosts of a site without Kubernetes, as Debian trees with the files of their nodes."""
