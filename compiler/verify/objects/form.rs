//! The notation of the type table to forms: what a value of an object may be.
//!
//! Invariant: an expression that cannot be read becomes [`Form::Unread`], which allows anything; a test finds it.

/// The minor version of a Kubernetes release: 35 of `1.35`.
pub type Minor = u16;

/// The minor version of `1.35` or `v1.35.2`.
pub fn minor(release: &str) -> Option<Minor> {
    release.trim_start_matches('v').strip_prefix("1.")?.split('.').next()?.parse().ok()
}

/// A field that a release has.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Must it be there?
    pub required: bool,
    /// What it holds.
    pub form: Form,
}

/// What a value may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Anything.
    Any,
    /// A map of anything.
    Object(Bounds),
    /// Nothing: the cluster writes it.
    Server,
    /// A boolean.
    Boolean,
    /// An integer of 32 bits, of 64 bits.
    Integer(Bounds),
    /// A number.
    Number(Bounds),
    /// A port or share: an integer or a text.
    IntOrString(Bounds),
    /// A text of a known form.
    Text(Text, Bounds),
    /// One of these words.
    Words(Vec<String>),
    /// One of these numbers.
    Numbers(Vec<i64>),
    /// A type of the table.
    Type(usize),
    /// A list.
    List(Box<Form>, Keys, Bounds),
    /// A map.
    Map(Box<Form>, Bounds),
    /// A map whose keys are names of files, up to 1 MiB.
    Files(Box<Form>),
    /// Labels.
    Labels,
    /// Annotations.
    Annotations,
    /// An expression that could not be read.
    Unread(String),
}

/// The form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// Any.
    Plain,
    /// A point in time (RFC 3339).
    Time,
    /// Bytes (base64, RFC 4648).
    Bytes,
    /// A quantity: `500m`, `2Gi`.
    Quantity,
    /// A label of DNS (RFC 1123).
    DnsLabel,
    /// A name of DNS (RFC 1123).
    DnsSubdomain,
    /// The name of a port (RFC 6335).
    PortName,
    /// The key of a label.
    LabelKey,
}

/// What tells the items of a list apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Keys {
    /// Nothing.
    None,
    /// Themselves.
    Set,
    /// These fields, each with what it is where it is missing.
    Fields(Vec<(String, Option<String>)>),
}

/// A smallest and a largest number, length or size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The smallest.
    pub low: Option<i64>,
    /// The largest.
    pub high: Option<i64>,
}

impl Bounds {
    /// Both ends.
    pub const fn of(low: i64, high: i64) -> Bounds {
        Bounds { low: Some(low), high: Some(high) }
    }

    /// Does the number lie between?
    pub fn hold(self, number: i64) -> bool {
        self.low.is_none_or(|low| number >= low) && self.high.is_none_or(|high| number <= high)
    }

    /// The bounds for people: `1 to 63`, `at least 1`.
    pub fn words(self) -> String {
        match (self.low, self.high) {
            (Some(low), Some(high)) if low == high => low.to_string(),
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("at least {low}"),
            (None, Some(high)) => format!("at most {high}"),
            (None, None) => "any".to_owned(),
        }
    }
}

/// The first and last release of something; none where it reaches beyond the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: Option<Minor>,
    /// The last.
    pub last: Option<Minor>,
}

impl Span {
    /// Reads `1.31..1.33`.
    pub fn read(text: &str) -> Span {
        let (first, last) = text.split_once("..").unwrap_or(("", ""));
        Span { first: minor(first), last: minor(last) }
    }
}

/// Reads one expression.
pub struct Reader<'e, 'n> {
    whole: &'e str,
    rest: &'e str,
    names: &'n dyn Fn(&str) -> Option<usize>,
}

impl<'e, 'n> Reader<'e, 'n> {
    /// A reader that finds types by `names`.
    pub fn new(text: &'e str, names: &'n dyn Fn(&str) -> Option<usize>) -> Self {
        Reader { whole: text, rest: text, names }
    }

    /// The field that the expression says.
    pub fn field(mut self) -> Field {
        let required = self.eat('!');
        let form = self.form();
        let form = if self.rest.is_empty() { form } else { Form::Unread(self.whole.to_owned()) };
        Field { required, form }
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The text up to one of these characters.
    fn until(&mut self, ends: &[char]) -> &'e str {
        let at = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(at);
        self.rest = rest;
        taken
    }

    fn form(&mut self) -> Form {
        if self.eat('[') {
            let item = Box::new(self.form());
            let closed = self.eat(']');
            let keys = keys(self.until(&[' ', ']', '}']));
            let list = Form::List(item, keys, self.bounds());
            return if closed { list } else { self.unread() };
        }
        if self.eat('{') {
            let item = Box::new(self.form());
            return if self.eat('}') { Form::Map(item, self.bounds()) } else { self.unread() };
        }
        if self.eat('(') {
            let words = self.until(&[')']).split('|').map(str::to_owned).collect();
            return if self.eat(')') { Form::Words(words) } else { self.unread() };
        }
        if self.eat('#') {
            let numbers: Option<Vec<i64>> = self
                .until(&[')'])
                .strip_prefix('(')
                .and_then(|words| words.split('|').map(|word| word.parse().ok()).collect());
            return if self.eat(')') { numbers.map_or_else(|| self.unread(), Form::Numbers) } else { self.unread() };
        }
        self.named()
    }

    fn named(&mut self) -> Form {
        let name = self.until(&[' ', ']', '}', '{']);
        if name == "files" && self.eat('{') {
            let item = Box::new(self.form());
            return if self.eat('}') { Form::Files(item) } else { self.unread() };
        }
        let bounds = self.bounds();
        match name {
            "any" => Form::Any,
            "object" => Form::Object(bounds),
            "server" => Form::Server,
            "boolean" => Form::Boolean,
            "int32" => Form::Integer(narrowed(bounds)),
            "int64" | "integer" => Form::Integer(bounds),
            "number" => Form::Number(bounds),
            "int-or-string" => Form::IntOrString(bounds),
            "labels" => Form::Labels,
            "annotations" => Form::Annotations,
            "string" => Form::Text(Text::Plain, bounds),
            "time" => Form::Text(Text::Time, bounds),
            "bytes" => Form::Text(Text::Bytes, bounds),
            "quantity" => Form::Text(Text::Quantity, bounds),
            "dns-label" => Form::Text(Text::DnsLabel, bounds),
            "dns-subdomain" => Form::Text(Text::DnsSubdomain, bounds),
            "port-name" => Form::Text(Text::PortName, bounds),
            "label-key" => Form::Text(Text::LabelKey, bounds),
            _ => (self.names)(name).map_or_else(|| self.unread(), Form::Type),
        }
    }

    /// ` 1..63`, where it follows.
    fn bounds(&mut self) -> Bounds {
        let Some(rest) = self.rest.strip_prefix(' ') else { return Bounds::default() };
        let token = rest.split([' ', ']', '}']).next().unwrap_or_default();
        let Some((low, high)) = token.split_once("..") else { return Bounds::default() };
        self.rest = rest.get(token.len()..).unwrap_or_default();
        Bounds { low: low.parse().ok(), high: high.parse().ok() }
    }

    fn unread(&self) -> Form {
        Form::Unread(self.whole.to_owned())
    }
}

/// Bounds within those of 32 bits.
fn narrowed(bounds: Bounds) -> Bounds {
    let ends = Bounds::of(i64::from(i32::MIN), i64::from(i32::MAX));
    Bounds { low: bounds.low.or(ends.low), high: bounds.high.or(ends.high) }
}

fn keys(text: &str) -> Keys {
    match text {
        "" => Keys::None,
        "set" => Keys::Set,
        fields => Keys::Fields(
            fields
                .split(',')
                .map(|field| match field.split_once('=') {
                    Some((name, default)) => (name.to_owned(), Some(default.to_owned())),
                    None => (field.to_owned(), None),
                })
                .collect(),
        ),
    }
}
