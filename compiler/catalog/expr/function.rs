//! The functions of references: what each takes and gives.
//!
//! Invariant: every function that can be read is listed here; a test reads each.

/// A function.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its arguments: words in capitals are the writer's, brackets hold what may be left out.
    pub arguments: &'static str,
    /// What it gives.
    pub gives: &'static str,
}

const fn function(name: &'static str, arguments: &'static str, gives: &'static str) -> Function {
    Function { name, arguments, gives }
}

/// All functions.
pub static FUNCTIONS: &[Function] = &[
    function("endpoint", "ID [internal|admin|public]", "the endpoint's URL with its path"),
    function("endpoint-root", "ID [internal|admin|public]", "the endpoint's URL without its path"),
    function("endpoint-host", "ID [internal|admin|public]", "the endpoint's host"),
    function("endpoint-port", "ID [internal|admin|public]", "the endpoint's port"),
    function("endpoint-scheme", "ID [internal|admin|public]", "`http` or `https`"),
    function("provider", "CAPABILITY", "`host:port` of the Service that provides it"),
    function("provider-host", "CAPABILITY", "its host"),
    function("provider-port", "CAPABILITY", "its port"),
    function("provider-admin", "CAPABILITY", "its administrator, with whom jobs make accounts"),
    function(
        "provider-hosts",
        "CAPABILITY [prefix=P] [tls-prefix=P] [named=P] [separator=S]",
        "every pod as `host:port`, joined (by `,`)",
    ),
    function(
        "database-url",
        "[ID] [client=NAME]",
        "the URL of a database of this service, as the provider of `database` says it: to all, or to that client library (secret)",
    ),
    function(
        "queue-url",
        "[SERVICE] [vhost=ID]",
        "the URL of this service's virtual host, or of one beside it, or of another service's with its account, as the provider of `queue` says it (secret)",
    ),
    function("secret", "[SERVICE/]NAME[.KEY]", "a secret's value (secret)"),
    function("identity-password", "[USER]", "the password of an identity user of this service (secret)"),
    function("site", "FIELD, or network.NAME.FIELD", "a value of the site's spec"),
    function("setting", "[SERVICE.]NAME", "a setting's value"),
    function("replicas", "[SERVICE/]COMPONENT", "how many pods it runs; of a DaemonSet: its nodes"),
    function(
        "pods",
        "[SERVICE/]COMPONENT [PORT] [prefix=P] [tls-prefix=P] [named=P] [separator=S]",
        "host names of a StatefulSet's pods, joined; with a port `host:port`, with `named` `pod=Phost`",
    ),
    function(
        "self",
        "name, identity [USER], database [ID], or vhost [ID]",
        "this service's name, an identity user, the name of a database, its virtual host",
    ),
    function("nodes-labelled", "LABEL", "the names of the nodes that carry the label, joined by commas"),
    function("nodes", "LABEL [at-most=N]", "how many nodes carry the label"),
    function("memory-limit", "COMPONENT", "the bytes that its main container may use"),
    function("node-address", "NETWORK", "the node's address in that network; only in `node-options`"),
    function("option", "FILE SECTION OPTION [DEFAULT]", "another option of this service, or what stands for it unset"),
    function(
        "files",
        "PATTERN",
        "what `*` stands for in the names of this service's files of the pattern, joined by commas",
    ),
    function(
        "quotient",
        "TERM... per=TERM[*TERM]... [plus=TERM]",
        "the sum of the terms divided by the product, rounded up, and more; a term is a number, a setting, or FILE|SECTION|OPTION",
    ),
    function(
        "each",
        "SOURCE [FIELD|!FIELD|FIELD=VALUE|in=NAME|of=SERVICE|at-most=N else=NAME]...: TEXT",
        "the text, with `{.FIELD}` in it, for each record of the source; of an option a value each, elsewhere joined by commas",
    ),
    function(
        "records",
        "SOURCE [FIELD|!FIELD|FIELD=VALUE|in=NAME|of=SERVICE]...: [NAME=]FIELD...",
        "the records of the source as a JSON list of objects; no text where there is none",
    ),
    function(
        "host",
        "address, name, or listen",
        "of the host that a file, a variable or a command is for: its address, its name, and the address to listen at beside a balancer (empty: any); empty in a cluster",
    ),
    function("pod", "name, namespace, ip, host-ip, or node", "a field of the downward API; only in `env`"),
    function("client", "name or vhost", "a field of the client; only in jobs under `provides`"),
    function("image", "KEY", "an image of the release"),
    function(
        "uuid",
        "SECRET",
        "the UUID by which another program knows a secret of this service, made of the site's name, the service's and the secret's (RFC 9562, version 8); no secret itself",
    ),
    function(
        "if",
        "CONDITION...: TEXT",
        "the text, with `{function:arguments}` in it, where all conditions hold; a variable or an argument that is none where they do not is left out",
    ),
    function(
        "trust",
        "[own]",
        "the path of the certificates that clients trust, mounted in every pod that names it or connects to a TLS server; `own`: of the site's own authority alone",
    ),
    function("text", "TEXT", "the text with `{function:arguments}` put in; `{{` is `{`"),
];
