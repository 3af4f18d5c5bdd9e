//! Pods, services, volumes, workloads: the groups core, apps and batch.

use crate::Value;
use crate::server::{Cause, Write};

pub(super) fn check(_write: &Write<'_>, _object: &Value, _causes: &mut Vec<Cause>) {}
