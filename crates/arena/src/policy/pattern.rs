//! What stands in parentheses behind a tool, and whether it fits something. Pure.

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// A pattern, by what it is about.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Paths of the workspace.
    Path(GlobSet),
    /// A command's words.
    Command(CommandPattern),
    /// Where a request goes.
    Host(HostPattern),
    /// A tool of a server, or one of its resources.
    Server(GlobMatcher),
}

/// Words, each of which may have `*` in it, for any characters within the word.
#[derive(Clone, Debug)]
pub(super) struct CommandPattern {
    words: Vec<GlobMatcher>,
    /// It ends with `*`: more words may follow.
    is_open: bool,
}

/// `[METHOD ]HOST[:PORT]`.
#[derive(Clone, Debug)]
pub(super) struct HostPattern {
    method: Option<String>,
    /// In lower case; `*.suffix` is every name that ends so.
    host: String,
    port: Port,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    /// That of the scheme.
    Usual,
    Any,
    This(u16),
}

impl Pattern {
    /// Of paths, as in `.gitignore`: without a slash it is about names at any depth; a folder is about all in it.
    pub(super) fn path(text: &str) -> Result<Self, String> {
        let whole = text.trim_end_matches('/');
        if whole.is_empty() {
            return Err("a path without a name".to_owned());
        }
        if whole.starts_with('/') || whole.split('/').any(|part| part == "..") {
            return Err("paths are beneath the workspace: write them without a leading / and without ..".to_owned());
        }
        let whole = whole.trim_start_matches("./");
        let texts = if whole.contains('/') {
            vec![whole.to_owned(), format!("{whole}/**")]
        } else {
            vec![format!("**/{whole}"), format!("**/{whole}/**")]
        };
        let mut set = GlobSetBuilder::new();
        for text in texts {
            set.add(GlobBuilder::new(&text).literal_separator(true).build().map_err(|error| error.to_string())?);
        }
        set.build().map(Self::Path).map_err(|error| error.to_string())
    }

    /// Of commands.
    pub(super) fn command(text: &str) -> Result<Self, String> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let is_open = words.last().is_some_and(|last| last.ends_with('*'));
        if words.last() == Some(&"*") {
            words.pop();
        }
        if words.first().is_none_or(|program| program.contains('*')) {
            return Err("begin with the name of a program, or leave the parentheses out for all commands".to_owned());
        }
        let words = words.into_iter().map(glob).collect::<Result<_, _>>()?;
        Ok(Self::Command(CommandPattern { words, is_open }))
    }

    /// Of requests.
    pub(super) fn host(text: &str) -> Result<Self, String> {
        let (method, place) = match text.split_once(' ') {
            Some((method, place)) => (Some(method.to_ascii_uppercase()), place.trim()),
            None => (None, text),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, "*")) => (host, Port::Any),
            Some((host, port)) if !host.ends_with(':') && !port.ends_with(']') => {
                (host, Port::This(port.parse().map_err(|_| format!("{port:?} is no port"))?))
            }
            _ => (place, Port::Usual),
        };
        let name = host.strip_prefix("*.").unwrap_or(host);
        if name.is_empty() || name.contains(['*', '/', '@', ' ']) {
            return Err(
                "write a host, such as api.example or *.example, and a port if it is not the usual one".to_owned()
            );
        }
        Ok(Self::Host(HostPattern { method, host: host.trim_end_matches('.').to_ascii_lowercase(), port }))
    }

    /// Of servers: `server`, `server/tool`, `server/*`.
    pub(super) fn server(text: &str) -> Result<Self, String> {
        let text = if text.contains('/') { text.to_owned() } else { format!("{text}/*") };
        glob(&text).map(Self::Server)
    }

    pub(super) fn fits_path(&self, path: &str) -> bool {
        matches!(self, Self::Path(set) if set.is_match(path))
    }

    /// `argv` has a word for each argument; `None` is one that only the shell will know.
    pub(super) fn fits_command(&self, argv: &[Option<String>]) -> bool {
        let Self::Command(CommandPattern { words, is_open }) = self else { return false };
        let fits =
            |(pattern, word): (&GlobMatcher, &Option<String>)| word.as_ref().is_some_and(|word| pattern.is_match(word));
        argv.len() >= words.len() && (*is_open || argv.len() == words.len()) && words.iter().zip(argv).all(fits)
    }

    /// Whether the command may turn out to be one that fits, once the shell has put in what only it knows.
    pub(super) fn may_fit_command(&self, argv: &[Option<String>]) -> bool {
        let Self::Command(CommandPattern { words, .. }) = self else { return false };
        for (i, pattern) in words.iter().enumerate() {
            match argv.get(i) {
                Some(Some(word)) if pattern.is_match(word) => {}
                // One word that is not known can become several, or none.
                Some(None) => return true,
                Some(Some(word)) => return word.contains(['*', '?', '[', '{', '~']),
                None => return false,
            }
        }
        true
    }

    pub(super) fn fits_host(&self, method: &str, scheme: &str, host: &str, port: u16) -> bool {
        let Self::Host(pattern) = self else { return false };
        let usual = if scheme == "https" { 443 } else { 80 };
        let host_fits = match pattern.host.strip_prefix('*') {
            Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
            None => host == pattern.host,
        };
        let port_fits = match pattern.port {
            Port::Usual => port == usual,
            Port::Any => true,
            Port::This(wanted) => port == wanted,
        };
        host_fits && port_fits && pattern.method.as_ref().is_none_or(|wanted| wanted == method)
    }

    /// The same pattern for every port, if it names none: what is forbidden at a host is forbidden at all of it.
    pub(super) fn at_every_port(self) -> Self {
        match self {
            Self::Host(host) if host.port == Port::Usual => Self::Host(HostPattern { port: Port::Any, ..host }),
            other => other,
        }
    }

    pub(super) fn fits_server(&self, server: &str, what: &str) -> bool {
        matches!(self, Self::Server(glob) if glob.is_match(format!("{server}/{what}")))
    }
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    // Within a word a slash is a character like any other.
    let glob = GlobBuilder::new(text).literal_separator(false).build();
    Ok(glob.map_err(|error| error.to_string())?.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_as_in_gitignore() {
        for (pattern, path, fits) in [
            ("src/**", "src/a/b.rs", true),
            ("src/**", "other/src/a", false),
            ("src", "src/a/b.rs", true),
            ("src/*.rs", "src/a.rs", true),
            ("src/*.rs", "src/a/b.rs", false),
            ("*.md", "docs/a.md", true),
            ("*.md", "a.mdx", false),
            ("secrets/", "deep/secrets/key", true),
            ("./a/b", "a/b", true),
            ("[ab]/c", "a/c", true),
        ] {
            assert_eq!(Pattern::path(pattern).unwrap().fits_path(path), fits, "{pattern} {path}");
        }
        for pattern in ["", "/", "/etc", "../x", "a/../b", "[", "a/[b"] {
            assert!(Pattern::path(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn commands_are_matched_word_by_word() {
        for (pattern, argv, fits) in [
            ("git status*", &["git", "status"][..], true),
            ("git status*", &["git", "status", "-s", "x"], true),
            ("git status*", &["git", "push"], false),
            ("git status", &["git", "status", "-s"], false),
            ("git *", &["git"], true),
            ("git *", &["git", "a"], true),
            ("git *", &["gitx", "a"], false),
            ("cargo test --lib", &["cargo", "test", "--lib"], true),
            ("cat docs/*", &["cat", "docs/a/b"], true),
        ] {
            let argv: Vec<Option<String>> = argv.iter().map(|word| Some((*word).to_owned())).collect();
            assert_eq!(Pattern::command(pattern).unwrap().fits_command(&argv), fits, "{pattern} {argv:?}");
        }
        assert!(!Pattern::command("git a").unwrap().fits_command(&[Some("git".to_owned()), None]));
        assert!(Pattern::command("git *").unwrap().fits_command(&[Some("git".to_owned()), None]));
        assert!(!Pattern::command("git *").unwrap().fits_command(&[None]));
        for pattern in ["", "*", "* x", "g* x"] {
            assert!(Pattern::command(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn hosts_are_matched_with_their_ports() {
        for (pattern, request, fits) in [
            ("api.example", ("GET", "https", "api.example", 443), true),
            ("api.example", ("GET", "http", "api.example", 80), true),
            ("api.example", ("GET", "https", "api.example", 8443), false),
            ("api.example:8443", ("GET", "https", "api.example", 8443), true),
            ("API.example.:*", ("GET", "https", "api.example", 1), true),
            ("*.example", ("GET", "https", "a.b.example", 443), true),
            ("*.example", ("GET", "https", "example", 443), false),
            ("*.example", ("GET", "https", "evilexample", 443), false),
            ("get api.example", ("POST", "https", "api.example", 443), false),
            ("10.0.0.1:80", ("GET", "http", "10.0.0.1", 80), true),
        ] {
            let (method, scheme, host, port) = request;
            assert_eq!(
                Pattern::host(pattern).unwrap().fits_host(method, scheme, host, port),
                fits,
                "{pattern} {request:?}"
            );
        }
        for pattern in ["", "*", "*.", "a b c", "a:b", "a/b", "u@a"] {
            assert!(Pattern::host(pattern).is_err(), "{pattern}");
        }
    }
}
