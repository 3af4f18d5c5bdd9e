//! The table of what is filled in, and the walk that does it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{kinds, pods, workloads};
use crate::{GroupKind, Map, Text, Value};

/// The defaults of one kind; none for a kind that has none.
#[derive(Clone, Copy)]
pub(super) struct Defaults {
    section: Option<(&'static Table, usize)>,
}

/// The defaults of a kind in a version.
pub(super) fn of(kind: &GroupKind, version: &str) -> Defaults {
    static TABLE: OnceLock<Table> = OnceLock::new();
    // Never the default: a test reads the table.
    let table = TABLE.get_or_init(|| Table::read(include_str!("rules.txt")).unwrap_or_default());
    Defaults { section: table.kind(kind, version).map(|it| (table, it)) }
}

impl Defaults {
    /// Fills in what is missing.
    pub(super) fn fill(self, object: &mut Value) {
        if let Some((table, at)) = self.section {
            table.fill(&table.sections[at], object);
        }
    }
}

/// What a line calls for an object.
type Rule = fn(&mut Map);

/// The rules that lines name.
const RULES: [(&str, Rule); 26] = [
    ("claim_type", workloads::claim_type),
    ("container", pods::container),
    ("definition", kinds::definition),
    ("devices", kinds::devices),
    ("init_containers", pods::init_containers),
    ("job", workloads::job),
    ("limit", kinds::limit),
    ("milli", kinds::milli),
    ("namespace", kinds::namespace),
    ("node_spec", kinds::node_spec),
    ("node_status", kinds::node_status),
    ("pod", pods::pod),
    ("pod_address", pods::address),
    ("policy_types", kinds::policy_types),
    ("replication_controller", workloads::replication_controller),
    ("rolling_daemons", workloads::rolling_daemons),
    ("rolling_deployment", workloads::rolling_deployment),
    ("rolling_set", workloads::rolling_set),
    ("scale", workloads::scale),
    ("scale_by_cpu", workloads::scale_by_cpu),
    ("secret", kinds::secret),
    ("service", kinds::service),
    ("service_account", pods::service_account),
    ("subject", kinds::subject),
    ("template_generation", workloads::template_generation),
    ("volume", pods::volume),
];

#[derive(Default)]
struct Table {
    sections: Vec<Part>,
    names: BTreeMap<&'static str, usize>,
}

/// What is done below one path of a section.
#[derive(Default)]
struct Part {
    steps: Vec<Step>,
    /// Sections that hold for the same object.
    like: Vec<usize>,
    fields: Vec<(&'static str, Part)>,
    items: Option<Box<Part>>,
    values: Option<Box<Part>>,
}

enum Step {
    Set { field: Text, value: Value, zero_too: bool },
    Call(Rule),
}

impl Table {
    /// Reads the table; the line that is wrong where one is.
    fn read(text: &'static str) -> Result<Self, &'static str> {
        let lines = || text.lines().filter(|it| !it.is_empty() && !it.starts_with('#'));
        let names = lines().filter(|it| !it.contains(' '));
        let names: BTreeMap<_, _> = names.enumerate().map(|(at, name)| (name, at)).collect();
        let mut sections: Vec<Part> = names.iter().map(|_| Part::default()).collect();
        let mut section = 0;
        for line in lines() {
            match names.get(line) {
                Some(at) => section = *at,
                None => sections[section].add(line, &names).ok_or(line)?,
            }
        }
        Ok(Self { sections, names })
    }

    fn kind(&self, kind: &GroupKind, version: &str) -> Option<usize> {
        let GroupKind { group, kind } = kind;
        if group.is_empty() {
            return self.names.get(kind.as_str()).copied();
        }
        let name = format!("{kind}.{group}");
        let at = self.names.get(name.as_str());
        at.or_else(|| self.names.get(format!("{name}/{version}").as_str())).copied()
    }

    fn fill(&self, part: &Part, value: &mut Value) {
        match value {
            Value::Map(members) => {
                for step in &part.steps {
                    step.apply(members);
                }
                for (field, below) in &part.fields {
                    if let Some(value) = members.get_mut(field) {
                        self.fill(below, value);
                    }
                }
                if let Some(below) = &part.values {
                    for (_, value) in members.iter_mut() {
                        self.fill(below, value);
                    }
                }
            }
            Value::List(items) => {
                if let Some(below) = &part.items {
                    for item in items {
                        self.fill(below, item);
                    }
                }
            }
            _ => {}
        }
        for like in &part.like {
            self.fill(&self.sections[*like], value);
        }
    }
}

impl Part {
    /// Adds a line.
    fn add(&mut self, line: &'static str, names: &BTreeMap<&str, usize>) -> Option<()> {
        let mut columns = line.splitn(3, ' ');
        let (path, sign, what) = (columns.next()?, columns.next()?, columns.next()?);
        match sign {
            "=" | "|=" => {
                let (above, field) = path.rsplit_once('.').unwrap_or((".", path));
                let value = serde_json::from_str(what).ok()?;
                let step = Step::Set { field: field.into(), value, zero_too: sign == "|=" };
                self.at(above).steps.push(step);
            }
            ":" => self.at(path).like.push(*names.get(what)?),
            "!" => {
                let (_, rule) = RULES.iter().find(|(name, _)| *name == what)?;
                self.at(path).steps.push(Step::Call(*rule));
            }
            _ => return None,
        }
        Some(())
    }

    fn at(&mut self, path: &'static str) -> &mut Part {
        path.split('.').filter(|it| !it.is_empty()).fold(self, |part, step| {
            if let Some(field) = step.strip_suffix("[]") {
                part.field(field).items.get_or_insert_default()
            } else if let Some(field) = step.strip_suffix("{}") {
                part.field(field).values.get_or_insert_default()
            } else {
                part.field(step)
            }
        })
    }

    fn field(&mut self, name: &'static str) -> &mut Part {
        let at = self.fields.iter().position(|(it, _)| *it == name).unwrap_or_else(|| {
            self.fields.push((name, Part::default()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }
}

impl Step {
    fn apply(&self, members: &mut Map) {
        match self {
            Self::Call(rule) => rule(members),
            Self::Set { field, value, zero_too } => match members.get_mut(field) {
                Some(found) if found.is_null() || *zero_too && is_zero(found) => {
                    *found = value.clone();
                }
                Some(_) => {}
                None => {
                    members.insert(field, value.clone());
                }
            },
        }
    }
}

fn is_zero(value: &Value) -> bool {
    matches!(value, Value::Int(0)) || value.as_str() == Some("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schema;
    use crate::schema::{ListRef, MapRef, TypeRef};

    fn table() -> Table {
        Table::read(include_str!("rules.txt")).unwrap()
    }

    /// Follows the parts beside the types, and says where they do not fit.
    fn check(table: &Table, part: &Part, of: TypeRef<'_>, path: &str, wrong: &mut Vec<String>) {
        for step in &part.steps {
            let Step::Set { field, zero_too, .. } = step else {
                continue;
            };
            let zero = of.map().map(MapRef::zero).unwrap_or_default();
            let prints = zero.get(field).is_some_and(|it| !it.is_null());
            if !of.map().is_some_and(|it| it.names(field)) || *zero_too != prints {
                wrong.push(format!("{path}.{field}"));
            }
        }
        for like in &part.like {
            // The sources of pods and of persistent volumes differ in a few.
            let name = table.names.iter().find(|(_, at)| *at == like).unwrap().0;
            check(table, &table.sections[*like], of, &format!("{path}:{name}"), wrong);
        }
        let below = part.fields.iter().map(|(field, below)| (*field, below, of.field(field)));
        let items = part.items.iter().map(|it| ("[]", &**it, of.list().map(ListRef::element)));
        let values = part.values.iter().map(|it| ("{}", &**it, of.map().and_then(MapRef::element)));
        for (step, below, of) in below.chain(items).chain(values) {
            let path = format!("{path}.{step}");
            match of {
                Some(of) => check(table, below, of, &path, wrong),
                None => wrong.push(path),
            }
        }
    }

    #[test]
    fn every_path_of_the_table_is_one_of_its_kind() {
        let (table, schema) = (table(), Schema::builtin());
        let mut wrong = Vec::new();
        let mut kinds = 0;
        for kind in schema.kinds() {
            for version in schema.versions(kind) {
                let Some(at) = table.kind(kind, version) else {
                    continue;
                };
                kinds += 1;
                let of = schema.type_of(kind, version);
                check(&table, &table.sections[at], of, &kind.kind, &mut wrong);
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!(kinds, 42);
    }
}
