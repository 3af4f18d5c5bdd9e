//! Values with methods and fields of their own: files, capabilities, versions, times.

use std::any::Any;
use std::fmt;

use super::{Str, Type, Value};
use crate::helm::gotemplate::{Fault, Machine, Parameters};

/// What an encoder makes of an object.
pub(crate) enum Encoded {
    Value(Value),
    /// A scalar of YAML that is written as it is.
    Scalar(String),
    /// Fields in their order.
    Struct(Vec<(Str, Value)>),
}

/// Whether other packages see the field.
pub(crate) fn is_exported(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

/// Those of the fields that other packages see, under other names.
pub(crate) fn exported(
    fields: Vec<(&'static str, Value)>,
    name: impl Fn(&'static str) -> Str,
) -> Vec<(Str, Value)> {
    let exported = fields.into_iter().filter(|(name, _)| is_exported(name));
    exported.map(|(field, value)| (name(field), value)).collect()
}

/// A value of a Go type that templates can only ask.
pub(crate) trait Object: fmt::Debug {
    /// Its type, as `typeOf` prints it.
    fn ty(&self) -> Type;

    /// The field `name`.
    fn field(&self, _name: &[u8]) -> Option<Value> {
        None
    }

    /// What the method `name` takes, if there is one.
    fn method(&self, _name: &[u8]) -> Option<Parameters> {
        None
    }

    /// What is wrong with the results of the method `name`: templates take one, or one and an
    /// error.
    fn unsuited(&self, _name: &[u8]) -> Option<String> {
        None
    }

    /// Calls the method `name`, whose arguments fit what [`method`](Self::method) says.
    ///
    /// # Errors
    /// What the method returns as its error.
    fn call(&self, name: &[u8], args: &[Value], machine: &mut Machine<'_>) -> Result<Value, Fault>;

    /// What its `String` method gives, if it has one: `print` shows it.
    fn text(&self) -> Option<Str> {
        None
    }

    /// What its `GoString` method gives, if it has one: `%#v` shows it.
    fn go_text(&self) -> Option<Str> {
        None
    }

    /// What `{{ }}` shows of it: that of a method of the pointer counts there too.
    fn printed(&self) -> Option<Str> {
        self.text()
    }

    /// Its fields in their order, for `%v` of a struct.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The same with those of embedded structs in their places.
    fn flat_fields(&self) -> Vec<(&'static str, Value)> {
        self.fields()
    }

    /// What `encoding/json` makes of it.
    fn json(&self) -> Encoded {
        Encoded::Struct(exported(self.fields(), Str::from))
    }

    /// What go-yaml v3 makes of it, which has names of its own for fields.
    fn yaml(&self) -> Encoded {
        match self.json() {
            Encoded::Struct(_) => {
                Encoded::Struct(exported(self.fields(), |name| name.to_lowercase().into()))
            }
            other => other,
        }
    }

    /// What a function gets of it, where that is less: a copy has no methods of the pointer.
    fn passed(&self) -> Option<Value> {
        None
    }

    /// What `deepCopy` makes of it, where that is not the same: fields that are not exported get
    /// lost.
    fn copied(&self) -> Option<Value> {
        None
    }

    /// Whether it is a pointer to nothing.
    fn is_nil(&self) -> bool {
        false
    }

    /// Whether `if` takes it for true.
    fn truth(&self) -> bool {
        true
    }

    /// The entries of a map or slice with methods (such as `.Files`): for `range`, `len`, `index`.
    fn as_collection(&self) -> Option<Value> {
        None
    }

    /// Itself, to get back at the Rust type.
    fn as_any(&self) -> &dyn Any;
}
