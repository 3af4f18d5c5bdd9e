//! How Helm words the errors of templates: `cleanupParseError` and `reformatExecErrorMsg` of its
//! `pkg/engine`.

use super::HelmCompat;

/// What `required` and `fail` put around their message, so that it is told alone.
const MARKS: (&str, &str) = ("HELM_ERR_START", "HELM_ERR_END");

/// An error in which a message is no more than told.
pub(super) fn without_marks(error: &str) -> String {
    error.replace(MARKS.0, "").replace(MARKS.1, "")
}

/// The error of reading the template `name`.
pub(super) fn parse_error(name: &str, error: &str) -> String {
    let tokens: Vec<&str> = error.split(": ").collect();
    match tokens[..] {
        [_, location, .., message] => format!("parse error at ({location}): {message}"),
        [_, location] => format!("parse error at ({location}): {location}"),
        _ => format!("parse error in ({name}): {error}"),
    }
}

/// The error of running the template `name`, out of the texts of the error and of all that it
/// wraps, outermost first. Helm 3 tells the text as it is.
pub(super) fn run_error(name: &str, texts: &[String], compat: HelmCompat) -> String {
    let Some(error) = texts.first() else { return String::new() };
    let mut tokens = error.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next())
    else {
        return format!("execution error in ({name}): {error}");
    };
    if let Some(message) = marked(rest) {
        return format!("execution error at ({location}): {message}");
    }
    if compat == HelmCompat::V3_21 {
        return error.clone();
    }
    let mut trace: Vec<String> = Vec::new();
    for text in texts {
        let Some(step) = step(text) else { return error.clone() };
        if trace.last() != Some(&step) {
            trace.push(step);
        }
    }
    trace.concat().trim().to_owned()
}

/// The message between the marks, as far as it goes.
fn marked(text: &str) -> Option<&str> {
    let (_, behind) = text.split_once(MARKS.0)?;
    behind.rsplit_once(MARKS.1).map(|(message, _)| message)
}

/// One error as a step of a trace; none where it is no error of a template.
fn step(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    running(rest).or_else(|| {
        let (location, message) = rest.rsplit_once(": ")?;
        Some(lines(location, "", first_error(message)))
    })
}

/// `NAME:LINE:COLUMN: executing "NAME" at <NODE>: MESSAGE`.
fn running(text: &str) -> Option<String> {
    let (location, rest) = text.split_once(": executing ")?;
    let (function, rest) = rest.strip_prefix('"')?.split_once('"')?;
    let (node, message) = rest.strip_prefix(" at <")?.split_once(">: ")?;
    let executed = format!("executing \"{function}\" at <{node}>:");
    Some(lines(location, &executed, first_error(message)))
}

/// The message without the errors that it goes on with.
fn first_error(message: &str) -> &str {
    message.split_once(" template:").map_or(message, |(first, _)| first)
}

fn lines(location: &str, executed: &str, message: &str) -> String {
    let mut lines = String::new();
    for (line, end) in [(location, "\n  "), (executed, "\n    "), (message, "\n")] {
        if !line.is_empty() {
            lines.push_str(line);
            lines.push_str(end);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(texts: &[&str]) -> String {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        run_error("c/templates/a.yaml", &texts, HelmCompat::V4_2_4)
    }

    #[test]
    fn traces_are_told_line_by_line() {
        const INNER: &str = "template: no template \"x\" associated with template \"gotpl\"";
        let outer = format!(
            "template: c/t:6:8: executing \"c/t\" at <include \"x\" .>: error calling include: {INNER}"
        );
        insta::assert_snapshot!(run(&[&outer, &outer, INNER]), @r#"
        c/t:6:8
          executing "c/t" at <include "x" .>:
            error calling include:
        template: no template "x" associated with template "gotpl"
        "#);
    }

    #[test]
    fn what_is_no_error_of_a_template_keeps_the_whole_text_as_it_is() {
        let outer = "template: c/t:6:8: executing \"c/t\" at <div 1 0>: error calling div: division by zero";
        assert_eq!(run(&[outer, outer, "division by zero"]), outer);
        assert_eq!(run(&["boom"]), "execution error in (c/templates/a.yaml): boom");
    }

    #[test]
    fn messages_of_charts_are_told_alone() {
        let outer = "template: c/t:6:8: executing \"c/t\" at <fail>: error calling fail: \
                     HELM_ERR_STARTno\nway: hereHELM_ERR_END";
        assert_eq!(run(&[outer]), "execution error at (c/t:6:8): no\nway: here");
    }

    #[test]
    fn errors_of_reading_name_the_line() {
        let error = "template: c/t:6: function \"nosuch\" not defined";
        assert_eq!(
            parse_error("c/t", error),
            "parse error at (c/t:6): function \"nosuch\" not defined"
        );
        assert_eq!(parse_error("c/t", "boom"), "parse error in (c/t): boom");
    }
}
