#!/usr/bin/env python3
"""Networks, subnets, routers, security groups with their rules, and network quotas of the site."""

import sys

import resources

# Rules have no name: that of the spec stands in the description, behind this.
MARK = "rule "


class Network(resources.Kind):
    singular, plural = "network", "networks"
    renamed = {
        "external": "router:external", "type": "provider:network_type", "physical-network": "provider:physical_network",
        "segment": "provider:segmentation_id", "port-security": "port_security_enabled", "dns-domain": "dns_domain",
    }
    immutable = ("provider:network_type", "provider:physical_network", "tenant_id")

    def url(self):
        return f"{self.cloud.api}/v2.0/{self.plural}"

    def attributes(self, name, fields):
        attributes = super().attributes(name, {key: value for key, value in fields.items() if key != "project"})
        if "project" in fields:
            attributes["tenant_id"] = self.cloud.project(fields["project"])
        return attributes

    def id_of(self, kind, name):
        return kind(self.cloud, self.wanted).found(name)["id"]

    def found(self, name):
        entity = self.find(name, {})
        if entity is None:
            sys.exit(f"{self.singular} {name}: is not there")
        return entity


class Subnet(Network):
    singular, plural = "subnet", "subnets"
    renamed = {"gateway": "gateway_ip", "dhcp": "enable_dhcp", "dns": "dns_nameservers", "ipv6-address-mode": "ipv6_address_mode"}
    immutable = ("cidr", "network_id", "tenant_id", "ipv6_ra_mode", "ipv6_address_mode")

    def attributes(self, name, fields):
        kept = {key: value for key, value in fields.items() if key not in ("network", "pools", "no-gateway", "routes")}
        attributes = super().attributes(name, kept)
        attributes["network_id"] = self.id_of(Network, fields["network"])
        attributes["ip_version"] = 6 if ":" in fields["cidr"] else 4
        if fields.get("no-gateway"):
            attributes["gateway_ip"] = None
        if "pools" in fields:
            ends = [pool.split("-") for pool in fields["pools"]]
            pools = [{"start": first.strip(), "end": last.strip()} for first, last in ends]
            attributes["allocation_pools"] = sorted(pools, key=str)
        if "routes" in fields:
            routes = [{"destination": to, "nexthop": via} for to, via in fields["routes"].items()]
            attributes["host_routes"] = sorted(routes, key=str)
        return attributes

    def present(self, entity, attribute):
        value = entity.get(attribute)
        if attribute in ("allocation_pools", "host_routes"):
            return sorted(value, key=str)
        return value

    def update(self, entity, changed):
        super().update(entity, {key: value for key, value in changed.items() if key != "ip_version"})


class Router(Network):
    singular, plural = "router", "routers"
    immutable = ("tenant_id",)

    def attributes(self, name, fields):
        kept = {key: value for key, value in fields.items() if key not in ("external-network", "snat", "subnets", "routes")}
        attributes = super().attributes(name, kept)
        if "external-network" in fields:
            gateway = {"network_id": self.id_of(Network, fields["external-network"])}
            if "snat" in fields:
                gateway["enable_snat"] = fields["snat"]
            attributes["external_gateway_info"] = gateway
        if "routes" in fields:
            routes = [{"destination": to, "nexthop": via} for to, via in fields["routes"].items()]
            attributes["routes"] = sorted(routes, key=str)
        return attributes

    def present(self, entity, attribute):
        value = entity.get(attribute)
        if attribute == "routes":
            return sorted(value or [], key=str)
        if attribute == "external_gateway_info" and value:
            fields = self.wanted["router"][entity["name"]]
            known = ("network_id", "enable_snat") if "snat" in fields else ("network_id",)
            return {key: value.get(key) for key in known}
        return value

    def subnets(self, entity):
        """The subnets that the router has an interface in."""
        url = f"{self.cloud.api}/v2.0/ports?device_id={entity['id']}"
        ports = [port for port in self.cloud.listed(url, "ports") if "router_interface" in port["device_owner"]]
        return {address["subnet_id"] for port in ports for address in port["fixed_ips"]}

    def finish(self, entity, fields, is_new):
        if "subnets" not in fields:
            return []
        has, done = self.subnets(entity), []
        wanted = {self.id_of(Subnet, name): name for name in fields["subnets"]}
        for subnet in sorted(set(wanted) - has, key=wanted.get):
            self.cloud.must("PUT", f"{self.url()}/{entity['id']}/add_router_interface", {"subnet_id": subnet})
            done.append(f"subnet {wanted[subnet]}")
        for subnet in sorted(has - set(wanted)):
            self.cloud.must("PUT", f"{self.url()}/{entity['id']}/remove_router_interface", {"subnet_id": subnet})
            done.append(f"without subnet {subnet}")
        return done

    def delete(self, entity):
        for subnet in self.subnets(entity):
            self.cloud.must("PUT", f"{self.url()}/{entity['id']}/remove_router_interface", {"subnet_id": subnet})
        super().delete(entity)


class SecurityGroup(Network):
    singular, plural = "security_group", "security_groups"

    def url(self):
        return f"{self.cloud.api}/v2.0/security-groups"

    def find(self, name, fields):
        known = [one for one in self.all() if one["name"] == name]
        if "project" in fields:
            # Each project has one called `default`.
            project = self.cloud.project(fields["project"])
            known = [one for one in known if project in (one.get("project_id"), one.get("tenant_id"))]
        return resources.only(known, self.plural, name)


class SecurityGroupRule(Network):
    """A rule cannot be changed: one that differs is made again."""

    singular, plural = "security_group_rule", "security_group_rules"

    def url(self):
        return f"{self.cloud.api}/v2.0/security-group-rules"

    def find(self, name, fields):
        known = [one for one in self.all() if one.get("description") == MARK + name]
        return resources.only(known, self.plural, name)

    def attributes(self, name, fields):
        groups = SecurityGroup(self.cloud, self.wanted)
        scope = {"project": fields["project"]} if "project" in fields else {}

        def group(of):
            declared = self.wanted.get("security-group", {}).get(of, {})
            found = groups.find(of, scope or declared)
            if found is None:
                sys.exit(f"security group {of}: is not there")
            return found

        own = group(fields["security-group"])
        first, _, last = str(fields.get("ports", "")).partition("-")
        protocol = fields.get("protocol")
        remote = fields.get("remote-cidr")
        is_six = fields.get("ethertype", "IPv6" if remote and ":" in remote else "IPv4")
        return {
            "security_group_id": own["id"],
            "direction": fields.get("direction", "ingress"),
            "ethertype": is_six,
            "protocol": protocol,
            "port_range_min": int(first) if first else None,
            "port_range_max": int(last or first) if first else None,
            # The whole of a family and nothing are the same.
            "remote_ip_prefix": None if remote in ("0.0.0.0/0", "::/0") else remote,
            "remote_group_id": group(fields["remote-group"])["id"] if "remote-group" in fields else None,
        }

    def present(self, entity, attribute):
        value = entity.get(attribute)
        return None if attribute == "remote_ip_prefix" and value in ("0.0.0.0/0", "::/0") else value

    def create(self, name, attributes):
        body = {key: value for key, value in attributes.items() if value is not None}
        answer = self.cloud.call("POST", self.url(), {self.singular: {**body, "description": MARK + name}})
        if answer.status_code == 409:
            sys.exit(f"security group rule {name}: a rule that is the same is there already under another name: {answer.text[:300]}")
        if answer.status_code >= 300:
            sys.exit(f"security group rule {name}: answer {answer.status_code}: {answer.text[:300]}")
        return answer.json()[self.singular]

    def update(self, entity, changed):
        name = entity["description"].removeprefix(MARK)
        self.delete(entity)
        self.create(name, self.attributes(name, self.wanted["security-group-rule"][name]))


class Quota(Network):
    """A set of limits that each project has; absent, it is that of all."""

    singular, plural = "quota", "quotas"

    def find(self, name, fields):
        project = self.cloud.project(name)
        return {"id": project, **self.cloud.must("GET", f"{self.url()}/{project}")[self.singular]}

    renamed = {"floating-addresses": "floatingip", "networks": "network", "subnets": "subnet", "routers": "router", "ports": "port",
               "security-groups": "security_group", "security-group-rules": "security_group_rule"}


if __name__ == "__main__":
    resources.main({
        "network": Network, "subnet": Subnet, "router": Router, "security-group": SecurityGroup, "security-group-rule": SecurityGroupRule,
        "network-quota": Quota,
    })
