//! Expressions of policies and of device classes: what they may name, and what they must be.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::{Object, Type};
use super::{Environment, Output, Program, check};

const VARIABLES: &str = "variables";

impl Environment {
    /// The same with `variables` of which none is defined yet.
    pub(crate) fn with_own_variables(mut self) -> Self {
        let none = Object { name: "kubernetes.variables".into(), fields: BTreeMap::new() };
        self.variables.insert(VARIABLES.into(), Type::Object(Arc::new(none)));
        self
    }

    /// Defines a variable by an expression, of whose type it is from now on; of any type where
    /// the expression does not compile.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(crate) fn define(&mut self, name: &str, expression: &str) -> Result<(), String> {
        let of = self.type_of(expression);
        let known = of.as_ref().map_or(Type::Dyn, kept);
        self.add(name, known);
        of.map(|_| ())
    }

    /// Declares a variable of any type, where nothing is said of it but its name.
    fn add(&mut self, name: &str, of: Type) {
        if let Some(Type::Object(variables)) = self.variables.get_mut(VARIABLES) {
            let mut fields = variables.fields.clone();
            fields.insert(name.to_owned(), of);
            *variables = Arc::new(Object { name: variables.name.clone(), fields });
        }
    }

    /// The expressions that select devices: `device.driver`, `device.attributes`,
    /// `device.capacity`.
    pub(crate) fn device() -> Self {
        let by_domain = |of: Type| {
            let by_name = Type::map(Type::String, of);
            Type::map(Type::String, by_name)
        };
        let fields = [
            ("driver", Type::String),
            ("attributes", by_domain(Type::Dyn)),
            ("capacity", by_domain(Type::Named("kubernetes.Quantity".into()))),
            ("allowMultipleAllocations", Type::Bool),
        ];
        let fields = fields.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
        let device = Object { name: "kubernetes.DRADevice".into(), fields };
        let variables = [("device".into(), Type::Object(Arc::new(device)))];
        Self { variables: variables.into_iter().collect(), output: Output::Any }
    }

    /// A condition: `true` or `false`, and known to be.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(crate) fn condition(&self, expression: &str) -> Result<(), String> {
        self.expect(expression, &[Type::Bool], "bool")
    }

    /// A condition on a device, which may be an attribute of any type.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(crate) fn device_condition(&self, expression: &str) -> Result<(), String> {
        self.expect(expression, &[Type::Bool, Type::Dyn], "bool or the unknown type")
    }

    /// A message.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(crate) fn message(&self, expression: &str) -> Result<(), String> {
        self.expect(expression, &[Type::String], "string")
    }

    /// The value of an annotation, or nothing.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(crate) fn annotation(&self, expression: &str) -> Result<(), String> {
        self.expect(expression, &[Type::String, Type::Null], "one of [string null_type]")
    }

    fn expect(&self, expression: &str, legal: &[Type], printed: &str) -> Result<(), String> {
        let of = self.type_of(expression)?;
        if legal.contains(&of) {
            Ok(())
        } else {
            Err(format!("must evaluate to {printed} but got {of}"))
        }
    }

    fn type_of(&self, expression: &str) -> Result<Type, String> {
        let any = Self { output: Output::Any, ..self.clone() };
        let program = Program::compile(expression, &any)?;
        check::check(&program.expr, &self.variables).map_err(|it| it.message)
    }
}

/// The type of a variable, which knows no objects nor types of libraries
/// (`convertCelTypeToDeclType`).
fn kept(of: &Type) -> Type {
    match of {
        Type::Object(_) | Type::Named(_) | Type::Optional(_) | Type::Open(_) => Type::Dyn,
        Type::List(of) => Type::list(kept(of)),
        Type::Map(key, value) => Type::map(kept(key), kept(value)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_known_to_those_after_it() {
        let mut policy = Environment::admission().with_own_variables();
        assert!(policy.condition("variables.n > 1").is_err());
        policy.define("n", "size(object.spec.items)").unwrap();
        assert_eq!(policy.condition("variables.n > 1"), Ok(()));
        assert!(policy.condition("variables.n").is_err(), "is a number");
        assert!(policy.define("wrong", "other").is_err());
        assert_eq!(policy.condition("variables.wrong == 'x'"), Ok(()));
    }

    #[test]
    fn expressions_are_of_the_type_that_is_needed() {
        let policy = Environment::admission();
        let cases: [(&str, Result<(), String>, bool); 7] = [
            ("reserved", policy.condition("object.namespace == 'a'"), true),
            ("bool", policy.condition("object.a == 1"), true),
            ("dyn", policy.condition("object.a"), false),
            ("text", policy.message("'a' + string(object.b)"), true),
            ("number", policy.message("1"), false),
            ("nothing", policy.annotation("null"), true),
            ("device", Environment::device().device_condition("device.driver == 'a'"), true),
        ];
        for (name, found, expected) in cases {
            assert_eq!(found.is_ok(), expected, "{name}: {found:?}");
        }
        let device = Environment::device();
        assert_eq!(device.device_condition("device.attributes['a'].b"), Ok(()));
        assert!(device.device_condition("device.other").is_err());
        assert!(device.device_condition("1").is_err());
    }
}
