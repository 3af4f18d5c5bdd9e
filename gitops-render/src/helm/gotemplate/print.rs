//! Prints nodes back, as errors show them in `<…>`.

use super::ast::{Arg, Branch, Command, Node, Pipe, Word};
use crate::helm::go::Str;
use crate::helm::gofmt::quote;

/// What can be printed.
pub(super) trait Print {
    /// Appends the text to `out`.
    fn print(&self, out: &mut Vec<u8>);

    /// The text.
    fn show(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.print(&mut out);
        out
    }
}

impl Print for Node {
    fn print(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => out.extend_from_slice(text),
            Self::Action(pipe) => {
                out.extend_from_slice(b"{{");
                pipe.print(out);
                out.extend_from_slice(b"}}");
            }
            Self::If(branch) => print_branch(b"if ", branch, out),
            Self::With(branch) => print_branch(b"with ", branch, out),
            Self::Range(branch) => print_branch(b"range ", branch, out),
            Self::Template { name, pipe, .. } => print_template(name, pipe.as_ref(), out),
            Self::Break => out.extend_from_slice(b"{{break}}"),
            Self::Continue => out.extend_from_slice(b"{{continue}}"),
        }
    }
}

fn print_branch(name: &[u8], branch: &Branch, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{{");
    out.extend_from_slice(name);
    branch.pipe.print(out);
    out.extend_from_slice(b"}}");
    print_list(&branch.list, out);
    if let Some(list) = &branch.otherwise {
        out.extend_from_slice(b"{{else}}");
        print_list(list, out);
    }
    out.extend_from_slice(b"{{end}}");
}

fn print_list(list: &[Node], out: &mut Vec<u8>) {
    for node in list {
        node.print(out);
    }
}

fn print_template(name: &[u8], pipe: Option<&Pipe>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{{template ");
    out.extend_from_slice(&quote(name));
    if let Some(pipe) = pipe {
        out.push(b' ');
        pipe.print(out);
    }
    out.extend_from_slice(b"}}");
}

impl Print for Pipe {
    fn print(&self, out: &mut Vec<u8>) {
        for (n, name) in self.decl.iter().enumerate() {
            out.extend_from_slice(if n > 0 { b", " } else { b"" });
            out.extend_from_slice(&name.text);
        }
        if !self.decl.is_empty() {
            out.extend_from_slice(if self.is_assign { b" = " } else { b" := " });
        }
        for (n, command) in self.cmds.iter().enumerate() {
            out.extend_from_slice(if n > 0 { b" | " } else { b"" });
            command.print(out);
        }
    }
}

impl Print for Command {
    fn print(&self, out: &mut Vec<u8>) {
        for (n, arg) in self.args.iter().enumerate() {
            out.extend_from_slice(if n > 0 { b" " } else { b"" });
            print_grouped(arg, out);
        }
    }
}

impl Print for Arg {
    fn print(&self, out: &mut Vec<u8>) {
        match &self.word {
            Word::Dot => out.push(b'.'),
            Word::Nil => out.extend_from_slice(b"nil"),
            Word::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Word::Number(number) => out.extend_from_slice(&number.text),
            Word::Str { quoted, .. } => out.extend_from_slice(quoted),
            Word::Field(fields) => print_fields(fields, out),
            Word::Variable { name, fields } => {
                out.extend_from_slice(&name.text);
                print_fields(fields, out);
            }
            Word::Function(callee) => out.extend_from_slice(callee.name().as_bytes()),
            Word::Chain { of, fields } => {
                print_grouped(of, out);
                print_fields(fields, out);
            }
            Word::Pipe(pipe) => pipe.print(out),
        }
    }
}

fn print_grouped(arg: &Arg, out: &mut Vec<u8>) {
    if matches!(arg.word, Word::Pipe(_)) {
        out.push(b'(');
        arg.print(out);
        out.push(b')');
    } else {
        arg.print(out);
    }
}

fn print_fields(fields: &[Str], out: &mut Vec<u8>) {
    for field in fields {
        out.push(b'.');
        out.extend_from_slice(field);
    }
}
