//! `common.Values`: the map that `.Values` and `.` are.

use crate::helm::go::{Kind, Named, Type};

/// The type of `.Values`.
pub(crate) const VALUES: Type = Type::Named(&COMMON_VALUES);

static COMMON_VALUES: Named = Named { name: "common.Values", kind: Kind::Map, methods: &[] };
