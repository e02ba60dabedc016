//! What the rules say to calls, by whole sets of rules.

use arena_core::permissions::Permissions;
use proptest::prelude::*;

use super::*;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn permissions(allow: &[&str], ask: &[&str], deny: &[&str]) -> Permissions {
    Permissions { allow: texts(allow), ask: texts(ask), deny: texts(deny), ..Permissions::default() }
}

fn policy(permissions: &Permissions) -> Policy {
    Policy::new(permissions, "agent", "match", "scenario").unwrap()
}

/// `allow RULES`, `ask RULES`, `deny RULES`, or `deny` if no rule decided.
fn said(policy: &Policy, example: &str) -> String {
    let (tool, accesses) = call(example).unwrap();
    let Decision { effect, rules, .. } = policy.decide(tool, &accesses, false);
    format!("{} {}", effect.word(), rules.join(", ")).trim_end().to_owned()
}

#[test]
fn calls_are_decided_by_the_rules_that_fit_and_the_rules_are_named() {
    let policy = policy(&permissions(
        &[
            "read_file",
            "write_to_file(src/**)",
            "replace_in_file",
            "execute_command(git *)",
            "execute_command(cargo test*)",
            "execute_command(cat *)",
            "http_request(GET api.example)",
            "web_fetch(*.example:8080)",
            "use_mcp_tool(files/read_*)",
            "access_mcp_resource(files)",
            "attempt_completion",
        ],
        &["execute_command(git push*)", "write_to_file(src/main.rs)"],
        &["read_file(secrets/*)", "write_to_file(src/gen/**)", "execute_command(git clean*)"],
    ));
    for (example, expected) in [
        ("read_file(src/a)", "allow read_file"),
        ("read_file(secrets/key)", "deny read_file(secrets/*)"),
        ("search_files(.)", "deny"),
        ("write_to_file(src/a)", "allow write_to_file(src/**)"),
        ("write_to_file(src/main.rs)", "ask write_to_file(src/main.rs)"),
        ("write_to_file(src/gen/a)", "deny write_to_file(src/gen/**)"),
        ("write_to_file(b)", "deny"),
        // An edit is a tool of its own, and no way around what may not be written.
        ("replace_in_file(b)", "allow replace_in_file"),
        ("replace_in_file(src/gen/a)", "deny write_to_file(src/gen/**)"),
        ("apply_patch(src/a)", "deny"),
        ("execute_command(git status)", "allow execute_command(git *)"),
        ("execute_command(git status; cargo test --lib)", "allow execute_command(git *), execute_command(cargo test*)"),
        ("execute_command(git push origin)", "ask execute_command(git push*)"),
        ("execute_command(git status && git push)", "ask execute_command(git push*)"),
        ("execute_command(git clean -f)", "deny execute_command(git clean*)"),
        ("execute_command(git status; rm x)", "deny"),
        ("execute_command(git status | sh)", "deny execute_command(git clean*), execute_command(git push*)"),
        // Only the shell knows the word: it may be the one that is forbidden.
        ("execute_command(git $x)", "deny execute_command(git clean*), execute_command(git push*)"),
        ("execute_command(git $(rm x))", "deny execute_command(git clean*), execute_command(git push*)"),
        ("execute_command(PATH=. git status)", "deny"),
        ("execute_command(./git status)", "deny"),
        ("execute_command(git log > src/log)", "allow execute_command(git *), write_to_file(src/**)"),
        ("execute_command(git log > log)", "deny"),
        ("execute_command(git log > src/gen/log)", "deny write_to_file(src/gen/**)"),
        ("execute_command(cat < secrets/key)", "deny read_file(secrets/*)"),
        ("execute_command(git log > $HOME/x)", "deny execute_command(git clean*), execute_command(git push*)"),
        ("execute_command()", "deny execute_command(git clean*), execute_command(git push*)"),
        ("http_request(GET https://api.example/x)", "allow http_request(GET api.example)"),
        ("http_request(POST https://api.example/x)", "deny"),
        ("http_request(GET https://api.example:444/x)", "deny"),
        ("web_fetch(GET http://a.example:8080/x)", "allow web_fetch(*.example:8080)"),
        ("use_mcp_tool(files/read_text)", "allow use_mcp_tool(files/read_*)"),
        ("use_mcp_tool(files/write_text)", "deny"),
        ("access_mcp_resource(files/file:///a/b)", "allow access_mcp_resource(files)"),
        ("attempt_completion", "allow attempt_completion"),
        ("ask_followup_question", "deny"),
    ] {
        assert_eq!(said(&policy, example), expected, "{example}");
    }
    assert!(policy.readable("a") && !policy.readable("secrets/key"));
    assert!(policy.writable_by_commands("src/a").is_ok());
    for path in ["src/gen/a", "b", "src/main.rs"] {
        assert!(policy.writable_by_commands(path).is_err(), "{path}");
    }
    assert_eq!(policy.writable(), Writable::Beneath(vec!["src".to_owned()]));
    assert_eq!(policy.destinations(), ["api.example", "*.example:8080"]);
}

#[test]
fn where_all_commands_are_allowed_files_are_held_by_what_is_denied() {
    let policy = policy(&permissions(&["execute_command"], &[], &["write_to_file(checks/**)"]));
    for (example, expected) in [
        ("execute_command(eval $x)", "allow execute_command"),
        ("execute_command(a > b)", "allow execute_command"),
        ("execute_command(a > checks/b)", "deny write_to_file(checks/**)"),
        ("execute_command(A=1)", "allow execute_command"),
        ("read_file(a)", "deny"),
    ] {
        assert_eq!(said(&policy, example), expected, "{example}");
    }
    // Commands are the only rule, so they see the files; what is denied stays as it is.
    assert!(policy.readable("a") && policy.writable_by_commands("a").is_ok());
    assert!(policy.writable_by_commands("checks/run.sh").is_err());
    assert_eq!(policy.writable(), Writable::All);
}

#[test]
fn a_model_can_ask_for_more_looks_and_never_for_fewer() {
    let policy = policy(&permissions(&["execute_command(a *)"], &["execute_command(b *)"], &[]));
    for (example, expected) in
        [("execute_command(a)", Effect::Ask), ("execute_command(b)", Effect::Ask), ("execute_command(c)", Effect::Deny)]
    {
        let (tool, accesses) = call(example).unwrap();
        assert_eq!(policy.decide(tool, &accesses, true).effect, expected, "{example}");
    }
    assert_eq!(policy.decide("execute_command", &[], false).effect, Effect::Deny, "what touches nothing is no call");
    assert_eq!(policy.decide("no_such_tool", &[Access::Talk], false).effect, Effect::Deny);
}

#[test]
fn cedar_says_what_short_rules_cannot() {
    let cedar = r#"
        @id("small")
        permit(principal, action == Action::"execute_command", resource)
        when { ["git", "ls"].containsAll(context.programs) && !context.redirects && !context.opaque };
        @id("no force")
        forbid(principal, action, resource) when { context has argv && context.argv.contains("--force") };
        @id("only here")
        forbid(principal, action == Action::"read_file", resource) unless { principal.scenario == "scenario" };
    "#;
    let permissions = Permissions { cedar: cedar.to_owned(), ..permissions(&["read_file"], &[], &[]) };
    let policy = policy(&permissions);
    for (example, expected) in [
        ("execute_command(git log | ls)", "allow small"),
        ("execute_command(git log | rm)", "deny"),
        ("execute_command(git push --force)", "deny no force"),
        ("read_file(a)", "allow read_file"),
    ] {
        assert_eq!(said(&policy, example), expected, "{example}");
    }
    let elsewhere = Policy::new(&permissions, "agent", "match", "other").unwrap();
    assert_eq!(said(&elsewhere, "read_file(a)"), "deny only here");
}

#[test]
fn rules_that_make_no_sense_are_errors_that_say_what_to_do() {
    let error = |permissions: &Permissions| Policy::new(permissions, "a", "m", "s").err().unwrap().to_string();
    for (allow, deny, expected) in [
        (
            &["read_fil"][..],
            &[][..],
            "permissions: \"read_fil\": there is no tool \"read_fil\"; did you mean \"read_file\"?",
        ),
        (&["read_file(x"], &[], "permissions: \"read_file(x\" does not end with )"),
        (
            &["read_file(/etc/x)"],
            &[],
            "permissions: \"read_file(/etc/x)\": paths are beneath the workspace: write them without a leading / and without ..",
        ),
        (
            &["execute_command(*rm x)"],
            &[],
            "permissions: \"execute_command(*rm x)\": begin with the name of a program, or leave the parentheses out for all commands",
        ),
        (
            &["attempt_completion(x)"],
            &[],
            "permissions: \"attempt_completion(x)\": attempt_completion has nothing that a pattern could be about",
        ),
        (&["read_file", "read_file"], &[], "permissions: \"read_file\" is there twice"),
        (
            &["read_file(a)"],
            &["read_file"],
            "permissions: \"read_file(a)\" can never match: deny has \"read_file\"; take one of them out",
        ),
    ] {
        let found = error(&permissions(allow, &[], deny));
        assert!(found.starts_with(expected), "{found}");
    }
    let with = |cedar: &str| error(&Permissions { cedar: cedar.to_owned(), ..Permissions::default() });
    assert!(with("permit(").starts_with("permissions.cedar: "), "{}", with("permit("));
    let unknown = with("permit(principal, action == Action::\"read_file\", resource) when { context.pth == \"a\" };");
    assert!(unknown.contains("pth"), "{unknown}");
    let wrong = Permissions {
        allows: texts(&["read_file(a)"]),
        denies: texts(&["read_file(b)", "list_files(."]),
        ..permissions(&["read_file(b)"], &[], &[])
    };
    assert_eq!(
        error(&wrong),
        "permissions: allows has \"read_file(a)\", but the rules say deny, by no rule; denies has \"read_file(b)\", but the \
         rules say allow, by read_file(b); denies: \"list_files(.\" does not end with )"
    );
}

const RULES: [&str; 9] = [
    "read_file",
    "read_file(a/**)",
    "write_to_file(a/*)",
    "replace_in_file",
    "execute_command",
    "execute_command(git *)",
    "execute_command(git push*)",
    "http_request(a.example)",
    "list_files(a)",
];

const CALLS: [&str; 9] = [
    "read_file(a/b)",
    "read_file(c)",
    "write_to_file(a/b)",
    "replace_in_file(a/b)",
    "execute_command(git status)",
    "execute_command(git push > a/b)",
    "execute_command($x)",
    "http_request(GET https://a.example/)",
    "list_files(a)",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn another_deny_never_allows_more(
        allow in prop::sample::subsequence(RULES.to_vec(), 0..5),
        ask in prop::sample::subsequence(RULES.to_vec(), 0..3),
        deny in prop::sample::subsequence(RULES.to_vec(), 0..3),
        more in prop::sample::select(RULES.to_vec()),
        example in prop::sample::select(CALLS.to_vec()),
    ) {
        let before = Policy::new(&permissions(&allow, &ask, &deny), "a", "m", "s");
        let after = Policy::new(&permissions(&allow, &ask, &[deny.clone(), vec![more]].concat()), "a", "m", "s");
        if let (Ok(before), Ok(after)) = (before, after) {
            let (tool, accesses) = call(example).unwrap();
            let (before, after) = (before.decide(tool, &accesses, false).effect, after.decide(tool, &accesses, false).effect);
            prop_assert!(after >= before, "{before:?} {after:?}");
        }
    }

    #[test]
    fn only_git_runs_where_only_git_may(
        before in prop::sample::select(vec!["git status; ", "git status && ", "git status | ", "git status\n", "git log $(", "git `", "x=1 ", "git status & ", "git <(", "if git; then "]),
        program in prop::sample::select(vec!["rm", "sh", "./git", "/tmp/git", "git2", "$x", "g*t", "{git,rm}", "eval git", "env git", "'rm'", "r\"m\"", "$'rm'", "\\rm"]),
        after in prop::sample::select(vec![" x", " x)", " x`", "; fi", ""]),
    ) {
        let policy = policy(&permissions(&["execute_command(git *)"], &[], &[]));
        let script = Script::parse(&format!("{before}{program}{after}"));
        prop_assert_eq!(policy.decide("execute_command", &[Access::Command(script)], false).effect, Effect::Deny);
    }
}
