//! Ports that containers of one pod both open.

use super::Warnings;
use crate::server::validate::field::Field;

/// A port where it is opened.
struct Opened {
    path: String,
    number: i64,
    protocol: String,
    host: i64,
    address: String,
    name: String,
}

impl Opened {
    fn new(port: &Field<'_>) -> Self {
        let number = |name| port.field(name).int().unwrap_or_default();
        Self {
            path: port.to_string(),
            number: number("containerPort"),
            protocol: port.text("protocol").to_owned(),
            host: number("hostPort"),
            address: port.text("hostIP").to_owned(),
            name: port.text("name").to_owned(),
        }
    }

    /// How it gets in the way of another one, if it does.
    fn conflict(&self, other: &Self) -> Option<&'static str> {
        if (self.number, &self.protocol) != (other.number, &other.protocol) {
            None
        } else if self.address == other.address && self.host == other.host {
            Some("duplicate")
        } else if self.host == 0 || other.host == 0 {
            Some("overlapping")
        } else {
            let one_of_all = self.address.is_empty() != other.address.is_empty();
            (self.host == other.host && one_of_all).then_some("dangerously ambiguous")
        }
    }
}

pub(super) fn warn(containers: &[Field<'_>], warnings: &mut Warnings) {
    let mut opened: Vec<Opened> = Vec::new();
    for port in containers.iter().flat_map(|it| ports(it)) {
        if !port.address.is_empty() && port.host == 0 {
            warnings.say(format!("{}: hostIP set without hostPort: {}", port.path, printed(&port)));
        }
        for other in &opened {
            if let Some(how) = port.conflict(other) {
                warnings.say(format!("{}: {how} port definition with {}", port.path, other.path));
            }
        }
        opened.push(port);
    }
    for (at, port) in opened.iter().enumerate().filter(|(_, it)| !it.name.is_empty()) {
        if let Some(first) = opened[..at].iter().find(|it| it.name == port.name) {
            warnings.say(format!(
                "{}: duplicate port name {:?} with {}, services and probes that select ports by \
                 name will use {}",
                port.path, port.name, first.path, first.path
            ));
        }
    }
}

fn ports(container: &Field<'_>) -> Vec<Opened> {
    container.field("ports").items().map(|it| Opened::new(&it)).collect()
}

/// As Go prints a struct with the names of its fields.
fn printed(port: &Opened) -> String {
    let Opened { number, protocol, host, address, name, .. } = port;
    format!(
        "{{Name:{name} HostPort:{host} ContainerPort:{number} Protocol:{protocol} \
         HostIP:{address}}}"
    )
}
