//! Scripts, taken apart.

use proptest::prelude::*;

use super::*;

fn commands(text: &str) -> Vec<String> {
    let word = |word: &Option<String>| word.clone().unwrap_or("?".to_owned());
    let line = |simple: &Simple| {
        let words = simple.argv.iter().map(word).collect::<Vec<_>>().join(" ");
        if simple.assigns { format!("={words}") } else { words }
    };
    Script::parse(text).commands.iter().map(line).collect()
}

#[test]
fn every_command_is_found_word_by_word() {
    for (text, expected) in [
        ("git status -s", &["git status -s"][..]),
        ("git status; rm x", &["git status", "rm x"]),
        ("git status\nrm x", &["git status", "rm x"]),
        ("a && b || c & d | e", &["a", "b", "c", "d", "e"]),
        ("(a; { b; }) | c", &["a", "b", "c"]),
        ("if a; then b; elif c; then d; else e; fi", &["a", "b", "c", "d", "e"]),
        ("while a; do b; done; until c; do d; done", &["a", "b", "c", "d"]),
        ("for x in 1 2; do a $x; done", &["a ?"]),
        ("case x in a) b;; *) c;; esac", &["b", "c"]),
        ("git status $(rm x)", &["rm x", "git status ?"]),
        ("git status \"a $(rm x) b\"", &["rm x", "git status ?"]),
        ("git `rm x`", &["rm x", "git ?"]),
        ("diff <(a) <(b)", &["a", "b", "diff ? ?"]),
        ("'g'i\"t\" st\\atus", &["git status"]),
        ("PATH=. git status", &["=git status"]),
        ("A=$(b) c", &["b", "=c"]),
        ("A=1", &["="]),
        ("echo 'a; b' \"c && d\" # e", &["echo a; b c && d"]),
        ("git status \\\n  -s", &["git status -s"]),
        ("! a", &["a"]),
        ("[[ -n $(a) ]]", &["a"]),
    ] {
        assert_eq!(commands(text), expected, "{text}");
        let is_wrapped = text.contains("time ");
        assert!(Script::parse(text).opaque.is_none() || is_wrapped, "{text}: {:?}", Script::parse(text).opaque);
    }
}

#[test]
fn what_cannot_be_told_is_opaque() {
    for text in [
        "$x a",
        "$(a) b",
        "`a` b",
        "$'\\x72m' x",
        "r* x",
        "{rm,x} y",
        "~/rm x",
        "eval rm x",
        "bash -c 'rm x'",
        "env rm x",
        "xargs rm",
        "find . -exec rm {} ;",
        "sudo rm x",
        "/usr/bin/env rm x",
        "git(){ rm x; }; git status",
        "function git { rm x; }",
        "coproc a",
        "echo ${x:-$(rm y)}",
        "echo ${x@P}",
        "echo $((a[$(rm x)]))",
        "((a))",
        "a <<E\n$(rm x)\nE",
        "a=(b c)",
        "unclosed 'quote",
        "a | | b",
        "trap 'rm x' EXIT",
    ] {
        assert!(Script::parse(text).opaque.is_some(), "{text}: {:?}", Script::parse(text));
    }
    assert!(Script::parse(&"a;".repeat(10_000)).opaque.is_some());
    assert!(Script::parse(&format!("{}a{}", "(".repeat(100), ")".repeat(100))).opaque.is_some());
    assert!(Script::parse(&"a; ".repeat(1_000)).opaque.is_some());
}

#[test]
fn redirects_are_found_with_their_files() {
    let of = |text: &str| {
        Script::parse(text)
            .redirects
            .into_iter()
            .map(|redirect| {
                format!("{}{}", if redirect.writes { ">" } else { "<" }, redirect.path.unwrap_or("?".to_owned()))
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (text, expected) in [
        ("a > b", ">b"),
        ("a >> ./d/../b 2>/dev/null", ">b"),
        ("a < in > /work/out", "<in >out"),
        ("a &> b", ">b"),
        ("a >| b", ">b"),
        ("a <> b", ">b"),
        ("a 2>&1", ""),
        ("a >&b", ">b"),
        ("(a) > b", ">b"),
        ("a > $x", ">?"),
        ("a > /tmp/x", ""),
        ("cd d; a > b", ">?"),
        ("a > 'b c'", ">b c"),
    ] {
        assert_eq!(of(text), expected, "{text}");
    }
}

proptest! {
    /// No text makes the reader panic, and the commands that it finds never pass for others.
    #[test]
    fn any_text_is_read(text in "(git|status|rm|x| |;|&&|\\||\\$\\(|\\)|`|'|\"|\\\\|\n|<|>|\\{|\\}|\\(|\\$x|=|#|!|if|then|fi|for|in|do|done|\\*){0,24}") {
        let script = Script::parse(&text);
        prop_assert!(script.commands.len() <= MAX_COMMANDS);
    }

    #[test]
    fn a_command_put_anywhere_is_found(
        before in prop::sample::select(vec!["git status; ", "git status && ", "git status | ", "git status\n", "git status & ", "git $(", "git \"$(", "git <(", "if git; then ", "{ git; ", "( ", "x=$("]),
        name in "[a-z]{3,8}",
    ) {
        let close = match before.trim_end() {
            "git $(" | "git <(" | "(" | "x=$(" => ")",
            "git \"$(" => ")\"",
            "if git; then" => "; fi",
            "{ git;" => "; }",
            _ => "",
        };
        prop_assume!(!WRAPPERS.contains(&name.as_str()));
        let text = format!("{before}{name} arg{close}");
        let script = Script::parse(&text);
        let found = script.commands.iter().any(|simple| simple.argv.first() == Some(&Some(name.clone())));
        prop_assert!(found || script.opaque.is_some(), "{} {:?}", text, script);
    }
}
