//! How public endpoints are reached, and how the output gets into the cluster.
//!
//! Invariant: where nothing is said of secrets, the way is the usual one of the controller.

use crate::catalog::scalar::{Branch, DnsLabel, Folder, Host, ObjectName, RelativePath, RepositoryUrl};
use crate::span::Span;
use crate::tree::record::Decoder;
use crate::tree::scalar::{Distinct, Typed};
use crate::tree::word::{Traced, Word};
use crate::{record, words};

words! {
    /// How public endpoints are reached.
    pub enum ExposeKind {
        /// By a Gateway and HTTPRoutes (Gateway API).
        Gateway = "gateway",
        /// By Ingresses.
        Ingress = "ingress",
        /// By Services of the type NodePort.
        NodePort = "nodeport",
        /// By Services of the type LoadBalancer.
        LoadBalancer = "loadbalancer",
        /// Not at all.
        None = "none",
    }
}

words! {
    /// The kinds of cert-manager's issuers.
    pub enum IssuerKind {
        /// Of the whole cluster.
        ClusterIssuer = "ClusterIssuer",
        /// Of the site's namespace.
        Issuer = "Issuer",
    }
}

record! {
    /// Who makes the certificates of servers inside the cluster, in place of the site's own authority: `certificates issuer=internal`.
    pub struct Certificates {
        /// The issuer of cert-manager.
        issuer: Typed<ObjectName>,
        /// The kind of that issuer (ClusterIssuer).
        issuer_kind: IssuerKind = IssuerKind::ClusterIssuer,
    }
}

record! {
    /// How public endpoints are reached.
    pub struct Expose, positional("kind"), shorthand("kind") {
        /// Gateway API, Ingress, NodePort, LoadBalancer, or not at all.
        kind: Traced<ExposeKind>,
        /// GatewayClass, IngressClass or load-balancer class.
        class: Option<Typed<ObjectName>>,
        /// The Secret with the certificate; public URLs are https where there is one.
        tls: Option<Typed<ObjectName>>,
        /// The issuer of cert-manager that makes the certificate, with the host names of all public endpoints.
        issuer: Option<Typed<ObjectName>>,
        /// The kind of that issuer (ClusterIssuer).
        issuer_kind: IssuerKind = IssuerKind::ClusterIssuer,
        /// The certificate, a PEM file below the site's folder, with those between it and its authority; the key is in the password store.
        certificate: Option<Typed<RelativePath>>,
        /// The host name or address of node ports (the VIP, or the first node).
        host: Option<Typed<Host>>,
    }
}

words! {
    /// A GitOps controller.
    pub enum Controller {
        /// Argo CD.
        ArgoCd = "argocd",
        /// Flux.
        Flux = "flux",
    }
}

record! {
    /// How the output gets into the cluster.
    pub struct Deliver, positional("kind"), beside(secrets: SecretDelivery, site: Word), check(Deliver::choose_secrets) {
        /// The GitOps controller.
        kind: Traced<Controller>,
        /// The GitOps repository's URL.
        repo: Typed<RepositoryUrl>,
        /// The branch (main).
        branch: Typed<Branch> = "main",
        /// The folder in the repository (the site's name).
        folder as "path": Option<Typed<Folder>>,
        /// The namespace of the controller's objects (argocd, flux-system).
        namespace: Option<Typed<DnsLabel>>,
        /// The Secret in that namespace with which Flux reads the repository (SITE-git where its URL is of SSH). Argo CD finds its credentials by the URL.
        credentials: Option<Typed<ObjectName>>,
        /// The cluster that the site runs in, where the controller runs in another one: for Argo CD the name or the URL (`https://...`) of a cluster that it knows, for Flux the Secret with the kubeconfig.
        cluster: Option<Word>,
        /// How passwords and keys get into the cluster (sops with flux, external-secrets with argocd).
        written as "secrets": Option<SecretDelivery>,
    }
}

impl Deliver {
    fn choose_secrets(&mut self, _: &mut Decoder<'_>) {
        self.secrets = self.written.clone().unwrap_or_else(|| SecretDelivery::usual(&self.kind));
    }

    /// Notes the site's name, which stands where no folder is said.
    pub fn belongs_to(&mut self, site: &Word) {
        self.site = site.clone();
        self.secrets.site = site.clone();
    }

    /// The folder in the repository.
    pub fn path(&self) -> &Word {
        self.folder.as_deref().unwrap_or(&self.site)
    }
}

words! {
    /// How passwords and keys get into the cluster.
    pub enum SecretKind {
        /// Secrets that Flux decrypts.
        Sops = "sops",
        /// Objects of the External Secrets Operator, which fetches the values from a store of secrets.
        ExternalSecrets = "external-secrets",
        /// SealedSecrets, which only the controller in the cluster opens.
        SealedSecrets = "sealed-secrets",
        /// Secrets in plain text, for laptops (`lab #true`) only.
        Plain = "plain",
        /// Others see to it.
        None = "none",
    }
}

record! {
    /// How passwords and keys get into the cluster.
    pub struct SecretDelivery as "Secrets", positional("kind"), beside(site: Word) {
        /// `sops`: Secrets that Flux decrypts. `external-secrets`: objects of the External Secrets Operator, which fetches the values from a store of secrets. `sealed-secrets`: SealedSecrets, which only the controller in the cluster opens. `plain`: Secrets in plain text, for laptops (`lab #true`) only. `none`: others see to it.
        kind: Traced<SecretKind>,
        /// The ClusterSecretStore of external-secrets (the site's name).
        named_store as "store": Option<Typed<ObjectName>>,
        /// The folder in that store (the site's name).
        folder as "path": Option<Typed<Folder>>,
        /// The certificate of the controller of sealed-secrets, a PEM file below the site's folder.
        certificate: Option<Typed<RelativePath>>,
        /// age recipients of the cluster for sops (those of the password store).
        recipients: Distinct<Word>,
    }
}

impl SecretDelivery {
    /// That of a controller where nothing is said.
    fn usual(controller: &Traced<Controller>) -> Self {
        let kind = match controller.value {
            Controller::Flux => SecretKind::Sops,
            Controller::ArgoCd => SecretKind::ExternalSecrets,
        };
        SecretDelivery::of(Traced::new(kind, controller.span))
    }

    /// SOPS files for those recipients.
    pub fn sops(span: Span, recipients: &[Word]) -> Self {
        let own = SecretDelivery::of(Traced::new(SecretKind::Sops, span));
        SecretDelivery { recipients: Distinct(recipients.to_vec()), ..own }
    }

    fn of(kind: Traced<SecretKind>) -> Self {
        let (span, site) = (kind.span, Word::default());
        SecretDelivery {
            span,
            kind,
            named_store: None,
            folder: None,
            certificate: None,
            recipients: Distinct(Vec::new()),
            site,
        }
    }

    /// The store of secrets.
    pub fn store(&self) -> &Word {
        self.named_store.as_deref().unwrap_or(&self.site)
    }

    /// The folder in it.
    pub fn path(&self) -> &Word {
        self.folder.as_deref().unwrap_or(&self.site)
    }
}

/// None are delivered.
impl Default for SecretDelivery {
    fn default() -> Self {
        let span: Span = Word::default().span;
        SecretDelivery::of(Traced::new(SecretKind::None, span))
    }
}
