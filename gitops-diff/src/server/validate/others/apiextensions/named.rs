//! The names of a kind.

use super::Field;
use crate::server::validate::names::dns_1035_label;

/// `ValidateCustomResourceDefinitionNames`: names that are there must be legal.
pub(super) fn check(names: &Field<'_>) {
    for name in ["plural", "singular"] {
        let field = names.field(name);
        if !field.is_empty() {
            field.check(dns_1035_label);
        }
    }
    for name in ["kind", "listKind"] {
        let field = names.field(name);
        if !field.is_empty() {
            field.faults(dns_1035_label(&field.str().to_lowercase()));
        }
    }
    for list in ["shortNames", "categories"] {
        names.field(list).items().for_each(|it| it.check(dns_1035_label));
    }
    let list = names.field("listKind");
    if !list.is_empty() && list.str() == names.text("kind") {
        list.invalid("kind and listKind may not be the same");
    }
}

/// The names that a definition must have.
pub(super) fn require(names: &Field<'_>) {
    for name in ["plural", "singular", "kind", "listKind"] {
        names.field(name).require();
    }
}
