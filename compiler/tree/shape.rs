//! What a document may hold: the one table that reads KDL, checks a tree, merges layers, and becomes the
//! published JSON Schema.
//!
//! Invariant: every field has a sentence of documentation; a record's positional names are its fields.

/// The shape of a value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A string.
    Text,
    /// A name: a DNS label (RFC 1123), at most 63 characters.
    Name,
    /// A text of a scalar type: an address, a quantity ...
    Typed(&'static ScalarType),
    /// An integer within bounds.
    Integer(i64, i64),
    /// `#true` or `#false`.
    Boolean,
    /// One of these words.
    Choice(&'static [Choice]),
    /// A string, number or boolean; may be a reference.
    Scalar,
    /// A scalar or a list of scalars, or null for an explicit unset. In KDL: all arguments of the node.
    Value,
    /// Values in order. In KDL: all arguments of the node; a repeated node appends.
    List(&'static Shape),
    /// Values by name. In KDL: the node is repeated, its first argument is the name (`node ctl1 ...`), the rest is the value.
    Table(&'static Shape),
    /// Values by name. In KDL: the names are child nodes or properties (`env { A 1 }`).
    Map(&'static Shape),
    /// Records in order. In KDL: the node is repeated.
    Sequence(&'static Record),
    /// Named fields.
    Record(&'static Record),
    /// Anything. In KDL: a node with arguments is a scalar or list, one with properties or children a map, `-` children a list.
    Any,
}

/// Whether a text is valid; the hint where it is known what was meant.
pub type Validity = Result<(), Option<String>>;

/// A scalar type.
#[derive(Debug)]
pub struct ScalarType {
    /// What it is called in documentation, for instance `quantity`.
    pub name: &'static str,
    /// What a message expects, with an example: "a quantity such as `2Gi`".
    pub expected: &'static str,
    /// A regular expression (ECMA-262, as JSON Schema has it) that every valid text matches.
    pub pattern: &'static str,
    /// The code of the diagnostic.
    pub code: &'static str,
    /// Is a number without quotes accepted too?
    pub accepts_number: bool,
    /// Is the text valid?
    pub check: fn(&str) -> Validity,
}

/// A word of a closed set.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// The word.
    pub word: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// Words whose meaning the field's own sentence gives.
pub const fn choice(word: &'static str) -> Choice {
    Choice { word, doc: "" }
}

/// Named fields.
#[derive(Debug)]
pub struct Record {
    /// Its name in the published schema, for instance `Node`.
    pub name: &'static str,
    /// A plain sentence.
    pub doc: &'static str,
    /// Fields that KDL arguments bind to, in order. Where the last one is a `Value` or `List`, it takes all that remain.
    pub positional: &'static [&'static str],
    /// The field that a bare scalar or list stands for in YAML (`expiration: 3600`), where one does.
    pub shorthand: Option<&'static str>,
    /// The shape of names that are no field; they are collected under [`Record::REST`] as a map. None: an unknown name is an error.
    pub rest: Option<&'static Shape>,
    /// Is exactly one of its own fields given?
    pub one_of: bool,
    /// The fields, in the order of documentation.
    pub fields: &'static [Field],
    /// Fields of these records are fields here too.
    pub includes: &'static [&'static Record],
}

impl Record {
    /// The name under which a reader puts what `rest` collects.
    pub const REST: &'static str = "\0rest";

    /// All fields, those of included records after its own.
    pub fn all_fields(&'static self) -> Box<dyn Iterator<Item = &'static Field>> {
        Box::new(self.fields.iter().chain(self.includes.iter().flat_map(|record| record.all_fields())))
    }

    /// This record and those it includes.
    pub fn parts(&'static self) -> Box<dyn Iterator<Item = &'static Record>> {
        Box::new(std::iter::once(self).chain(self.includes.iter().flat_map(|record| record.parts())))
    }

    /// The field of that name.
    pub fn field(&'static self, name: &str) -> Option<&'static Field> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .or_else(|| self.includes.iter().find_map(|record| record.field(name)))
    }
}

/// A field of a record.
#[derive(Debug)]
pub struct Field {
    /// The name, the same in KDL and YAML.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Must it be there?
    pub required: bool,
    /// A plain sentence: what it decides, units, where the rule comes from.
    pub doc: &'static str,
}

/// A field that must be there.
pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: true, doc }
}

/// A field that may be left out.
pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: false, doc }
}
