//! A certificate with its key, as templates hold it.

use std::any::Any;
use std::rc::Rc;

use crate::helm::go::{Kind, Named, Object, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Machine};

static CERTIFICATE_NAME: Named =
    Named { name: "sprig.certificate", kind: Kind::Struct, item: Type::Any, methods: &[] };

/// `sprig.certificate`.
pub(super) const CERTIFICATE: Type = Type::Named(&CERTIFICATE_NAME);

/// A certificate and its private key, both in PEM.
#[derive(Clone, Debug, Default)]
pub(super) struct Pair {
    pub(super) certificate: Str,
    pub(super) key: Str,
}

impl From<Pair> for Value {
    fn from(pair: Pair) -> Self {
        Self::Object(Rc::new(pair))
    }
}

/// The pair that an argument is.
pub(super) fn pair(value: &Value) -> Pair {
    match value {
        Value::Object(object) => object.as_any().downcast_ref().cloned(),
        _ => None,
    }
    .unwrap_or_default()
}

impl Object for Pair {
    fn ty(&self) -> Type {
        CERTIFICATE
    }

    fn field(&self, name: &[u8]) -> Option<Value> {
        match name {
            b"Cert" => Some(Value::Str(self.certificate.clone())),
            b"Key" => Some(Value::Str(self.key.clone())),
            _ => None,
        }
    }

    fn call(&self, _: &[u8], _: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        Ok(Value::Nil)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let text = |it: &Str| Value::Str(it.clone());
        vec![("Cert", text(&self.certificate)), ("Key", text(&self.key))]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
