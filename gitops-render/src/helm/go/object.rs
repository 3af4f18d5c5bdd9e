//! Values with methods and fields of their own: files, capabilities, versions, times.

use std::any::Any;
use std::fmt;

use super::{Str, Type, Value};
use crate::helm::gotemplate::{Fault, Machine, Parameters};

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

    /// Calls the method `name`, whose arguments fit what [`method`](Self::method) says.
    ///
    /// # Errors
    /// What the method returns as its error.
    fn call(&self, name: &[u8], args: &[Value], machine: &mut Machine<'_>) -> Result<Value, Fault>;

    /// What its `String` method gives, if it has one: `print` shows it.
    fn text(&self) -> Option<Str> {
        None
    }

    /// What `{{ }}` shows of it: that of a method of the pointer counts there too.
    fn printed(&self) -> Option<Str> {
        self.text()
    }

    /// Its exported fields in their order, for `%v` of a struct.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// What `encoding/json` makes of it.
    fn json(&self) -> Value {
        Value::Nil
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
