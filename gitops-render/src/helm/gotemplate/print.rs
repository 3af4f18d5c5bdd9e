//! Prints nodes back, as errors show them in `<…>`.

use super::ast::{Arg, Branch, Code, Command, Many, Node, One, Pipe, Word};
use crate::helm::go::Str;
use crate::helm::gofmt::quote;

/// What can be printed.
pub(super) trait Print {
    /// Appends the text to `out`; `code` holds what it is made of.
    fn print(&self, code: &Code, out: &mut Vec<u8>);

    /// The text.
    fn show(&self, code: &Code) -> Vec<u8> {
        let mut out = Vec::new();
        self.print(code, &mut out);
        out
    }
}

impl Print for Node {
    fn print(&self, code: &Code, out: &mut Vec<u8>) {
        match *self {
            Self::Text(span) => out.extend_from_slice(code.piece(span)),
            Self::Action(action) => {
                out.extend_from_slice(b"{{");
                code[action.pipe].print(code, out);
                out.extend_from_slice(b"}}");
            }
            Self::If(branch) => print_branch(b"if ", &branch, code, out),
            Self::With(branch) => print_branch(b"with ", &branch, code, out),
            Self::Range(branch) => print_branch(b"range ", &branch, code, out),
            Self::Template { name, pipe, .. } => print_template(&code[name], pipe, code, out),
            Self::Break => out.extend_from_slice(b"{{break}}"),
            Self::Continue => out.extend_from_slice(b"{{continue}}"),
        }
    }
}

fn print_branch(name: &[u8], branch: &Branch, code: &Code, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{{");
    out.extend_from_slice(name);
    code[branch.head.pipe].print(code, out);
    out.extend_from_slice(b"}}");
    print_list(branch.list, code, out);
    if let Some(list) = branch.otherwise {
        out.extend_from_slice(b"{{else}}");
        print_list(list, code, out);
    }
    out.extend_from_slice(b"{{end}}");
}

fn print_list(list: Many<Node>, code: &Code, out: &mut Vec<u8>) {
    for node in &code[list] {
        node.print(code, out);
    }
}

fn print_template(name: &[u8], pipe: Option<One<Pipe>>, code: &Code, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{{template ");
    out.extend_from_slice(&quote(name));
    if let Some(pipe) = pipe {
        out.push(b' ');
        code[pipe].print(code, out);
    }
    out.extend_from_slice(b"}}");
}

impl Print for Pipe {
    fn print(&self, code: &Code, out: &mut Vec<u8>) {
        for (n, name) in code[self.decl].iter().enumerate() {
            out.extend_from_slice(if n > 0 { b", " } else { b"" });
            out.extend_from_slice(&code[*name]);
        }
        if !self.decl.is_empty() {
            out.extend_from_slice(if self.is_assign { b" = " } else { b" := " });
        }
        for (n, command) in code[self.cmds].iter().enumerate() {
            out.extend_from_slice(if n > 0 { b" | " } else { b"" });
            command.print(code, out);
        }
    }
}

impl Print for Command {
    fn print(&self, code: &Code, out: &mut Vec<u8>) {
        for (n, arg) in code[self.args].iter().enumerate() {
            out.extend_from_slice(if n > 0 { b" " } else { b"" });
            print_grouped(arg, code, out);
        }
    }
}

impl Print for Arg {
    fn print(&self, code: &Code, out: &mut Vec<u8>) {
        match self.word {
            Word::Dot => out.push(b'.'),
            Word::Nil => out.extend_from_slice(b"nil"),
            Word::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
            Word::Number(number) => out.extend_from_slice(code.piece(code[number].text)),
            Word::Str { quoted, .. } => out.extend_from_slice(code.piece(quoted)),
            Word::Field(fields) => print_fields(fields, code, out),
            Word::Variable { name, fields } => {
                out.extend_from_slice(&code[name]);
                print_fields(fields, code, out);
            }
            Word::Builtin(builtin) => out.extend_from_slice(builtin.name.as_bytes()),
            Word::Function(function) => out.extend_from_slice(function.name.as_bytes()),
            Word::Chain { of, fields } => {
                print_grouped(&code[of], code, out);
                print_fields(fields, code, out);
            }
            Word::Pipe(pipe) => code[pipe].print(code, out),
        }
    }
}

fn print_grouped(arg: &Arg, code: &Code, out: &mut Vec<u8>) {
    if matches!(arg.word, Word::Pipe(_)) {
        out.push(b'(');
        arg.print(code, out);
        out.push(b')');
    } else {
        arg.print(code, out);
    }
}

fn print_fields(fields: Many<One<Str>>, code: &Code, out: &mut Vec<u8>) {
    for field in &code[fields] {
        out.push(b'.');
        out.extend_from_slice(&code[*field]);
    }
}
