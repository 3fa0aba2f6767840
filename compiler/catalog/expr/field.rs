//! The closed sets of words that references take.
//!
//! Invariant: each word is a part of something that the site or the catalog has.

use crate::words;

words! {
    /// A part of an endpoint's address.
    pub enum EndpointPart {
        /// The URL with its path.
        Url = "endpoint",
        /// The URL without a path.
        Root = "endpoint-root",
        /// The host.
        Host = "endpoint-host",
        /// The port.
        Port = "endpoint-port",
        /// `http` or `https`.
        Scheme = "endpoint-scheme",
    }
}

words! {
    /// Whose certificates are trusted.
    pub enum Trusted {
        /// Those of the site's own authority and those that the site names.
        All = "all",
        /// Those of the site's own authority alone: who has a certificate of it is let in.
        Own = "own",
    }
}

words! {
    /// A part of a provider's address.
    pub enum ProviderPart {
        /// `host:port`.
        Address = "provider",
        /// The host.
        Host = "provider-host",
        /// The port.
        Port = "provider-port",
        /// The administrator with whom jobs make accounts.
        Admin = "provider-admin",
    }
}

words! {
    /// From where an endpoint is reached.
    pub enum Interface {
        /// Inside the cluster.
        Internal = "internal",
        /// Inside the cluster, for administrators.
        Admin = "admin",
        /// From outside.
        Public = "public",
    }
}

words! {
    /// A field of a network of the site.
    pub enum NetworkField {
        /// Its addresses.
        Cidr = "cidr",
        /// Its MTU.
        Mtu = "mtu",
        /// The default gateway.
        Gateway = "gateway",
        /// The virtual address.
        Vip = "vip",
        /// The VLAN id.
        Vlan = "vlan",
        /// The physical network's name.
        Physical = "physical",
        /// Name servers, joined by commas.
        Dns = "dns",
    }
}

words! {
    /// A value of the site.
    pub enum SiteField {
        /// Its name.
        Name = "name",
        /// Its region.
        Region = "region",
        /// The domain of public endpoints.
        Domain = "domain",
        /// The Kubernetes namespace.
        Namespace = "namespace",
        /// The cluster's DNS domain.
        ClusterDomain = "cluster-domain",
        /// The OpenStack release.
        Release = "release",
        /// The host of node ports.
        NodePortHost = "node-port-host",
        /// The virtual address, or what stands for it.
        Vip = "vip",
        /// The StorageClass of claims; may be empty.
        StorageClass = "storage-class",
        /// `https` where public URLs have a certificate, else `http`.
        Scheme = "scheme",
    }
}

words! {
    /// A field of a client, for the jobs that a capability runs for it.
    pub enum ClientField {
        /// Its name.
        Name = "name",
        /// Its virtual host, and those beside it, joined by commas.
        Vhost = "vhost",
    }
}

words! {
    /// A field of the pod, from Kubernetes' downward API.
    pub enum PodField {
        /// Its name.
        Name = "name",
        /// Its namespace.
        Namespace = "namespace",
        /// Its address.
        Ip = "ip",
        /// Its node's address.
        HostIp = "host-ip",
        /// Its node's name.
        Node = "node",
    }
}

words! {
    /// A field of the host that a file, a variable or a command is for; empty in a cluster.
    pub enum HostField {
        /// The address by which others reach it.
        Address = "address",
        /// Its name.
        Name = "name",
        /// The address that programs listen at, where a balancer has their ports at the virtual address; empty: any.
        Listen = "listen",
    }
}
