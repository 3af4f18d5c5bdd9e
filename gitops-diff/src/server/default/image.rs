//! Names of images, as `distribution/reference` reads them.

/// How often an image is pulled of which nobody says so: one whose tag is `latest`, or that has
/// neither tag nor digest, always. A name that is none has no tag.
pub(super) fn pull_policy(image: &str) -> &'static str {
    if tag(image) == Some("latest") { "Always" } else { "IfNotPresent" }
}

/// The tag of an image; `None` where it has but a digest, or where the name is none.
fn tag(image: &str) -> Option<&str> {
    let (rest, digest) = match image.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (image, None),
    };
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    let is_id = image.len() == 64 && image.bytes().all(is_hex);
    let valid = !is_id && is_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest);
    match tag {
        _ if !valid => None,
        None if digest.is_none() => Some("latest"),
        tag => tag,
    }
}

/// A domain, if there is one, and a path; what has no domain is of the default one.
fn is_name(name: &str) -> bool {
    const DEFAULT: &str = "docker.io/library/";
    let (domain, path) = match name.split_once('/') {
        Some((first, path)) if is_domain_like(first) => (Some(first), path),
        _ => (None, name),
    };
    let length = DEFAULT.len().max(domain.map_or(0, str::len)) + path.len();
    domain.is_none_or(is_domain) && path.split('/').all(is_component) && length <= 255
}

fn is_domain_like(text: &str) -> bool {
    text.contains(['.', ':'])
        || text == "localhost"
        || text.bytes().any(|it| it.is_ascii_uppercase())
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let address = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let is_host = match address {
        Some(address) => {
            !address.is_empty() && address.bytes().all(|it| it.is_ascii_hexdigit() || it == b':')
        }
        None => host.split('.').all(is_label),
    };
    is_host && port.is_none_or(is_digits)
}

fn is_label(label: &str) -> bool {
    let inner = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    let edges = !label.starts_with('-') && !label.ends_with('-');
    !label.is_empty() && edges && label.bytes().all(inner)
}

/// Lower case letters and digits, with one dot, one or two underscores or any number of dashes
/// between them.
fn is_component(text: &str) -> bool {
    let alphanumeric = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let separators = text.split(alphanumeric).filter(|it| !it.is_empty());
    let mut inner = text.starts_with(alphanumeric) && text.ends_with(alphanumeric);
    for separator in separators {
        inner &= matches!(separator, "." | "_" | "__") || separator.bytes().all(|it| it == b'-');
    }
    inner
}

fn is_tag(text: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let rest = |it: u8| word(it) || it == b'.' || it == b'-';
    text.len() <= 128 && text.bytes().next().is_some_and(word) && text.bytes().all(rest)
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(is_hex)
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_may_move_are_pulled_always() {
        let digest = format!("@sha256:{}", "0a".repeat(32));
        let cases = [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.27", "IfNotPresent"),
            ("localhost:5000/a/b", "Always"),
            ("localhost:5000/a/b:1", "IfNotPresent"),
            ("[::1]:5000/a", "Always"),
            (&format!("nginx{digest}"), "IfNotPresent"),
            (&format!("nginx:latest{digest}"), "Always"),
            ("nginx:latest@sha256:0a", "IfNotPresent"),
            ("nginx@md5:0a", "IfNotPresent"),
            ("", "IfNotPresent"),
            ("Nginx", "IfNotPresent"),
            ("library/Nginx", "IfNotPresent"),
            ("Domain/nginx", "Always"),
            ("a..b", "IfNotPresent"),
            ("a.b_c__d---e", "Always"),
            ("a___b", "IfNotPresent"),
            ("-a", "IfNotPresent"),
            ("a b", "IfNotPresent"),
            ("{{ .image }}", "IfNotPresent"),
            ("a:-x", "IfNotPresent"),
            ("a.example.com:port/b", "IfNotPresent"),
            (&"0a".repeat(32), "IfNotPresent"),
        ];
        for (image, expected) in cases {
            assert_eq!(pull_policy(image), expected, "{image}");
        }
    }
}
