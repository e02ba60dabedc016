//! The configuration: every key, every mistake with its place, and who comes before whom.

use arena::config::{Config, Environment, Kind, Origin, Provider, Setting};
use arena::roster::Roster;
use arena_core::budget::Price;
use arena_core::id::Seat;
use arena_core::model::ModelSpec;

const KEY: &str = "sk-planted-0123456789";

fn config(source: &str, environment: &[(&str, &str)]) -> Config {
    Config::parse("arena.toml", source, &environment.iter().copied().collect()).unwrap()
}

/// The base URL of a provider, its keys and whether it can be asked, as they are shown.
fn shown(provider: &Provider) -> String {
    let address = &provider.address;
    let keys: Vec<String> = provider
        .keys
        .found()
        .map(|(seat, key)| format!("{}{}", seat.map(|seat| format!("{seat}: ")).unwrap_or_default(), key.origin))
        .collect();
    let ready = provider.check().map_or_else(|error| error.to_string(), |()| "ready".to_owned());
    format!("{} ({}) [{}] {ready}", address.value.as_ref().unwrap(), address.origin, keys.join(", "))
}

#[test]
fn a_file_with_everything_is_read() {
    let source = r#"
[providers.openai]
base_url = "https://api.openai.com/v1"
key_env = "OPENAI_API_KEY"
headers = { x-title = "arena", x-team = { env = "TEAM" } }
stream = false
json_schema = false
max_concurrent = 64

[providers.azure]
kind = "openai"
base_url = "https://me.openai.azure.com/openai/deployments/{model}?api-version=2024-10-21"
key_env = "AZURE_KEY"
key_header = "api-key"

[providers.own]
kind = "http"
url = "http://127.0.0.1:9/{model}"
key_env = "OWN_KEY"
headers = { authorization = "Bearer {key}" }
body = '{"m": {message}}'

[chains.careful]
models = ["openai:gpt-5-mini", "azure:gpt-5-mini", "mock"]
fallback = "same-model"
attempts = 3

[timeouts]
connect = 2.5
turn = 60

[cache]
enabled = true
folder = "answers"
ttl_hours = 24

[prices."azure:gpt-5-mini"]
input_usd_per_million = 0.25
cached_usd_per_million = 0.1
output_usd_per_million = 2
window_tokens = 128_000
"#;
    let config = config(source, &[("OPENAI_API_KEY", KEY), ("TEAM", "hush-hush-hush"), ("AZURE_KEY", KEY)]);
    let openai = &config.providers["openai"];
    assert!(!openai.stream.value && !openai.json_schema.value);
    assert_eq!(openai.max_concurrent.value, Some(64));
    let line = |line| Origin::File { file: "arena.toml".into(), line };
    assert_eq!(openai.stream.origin, line(6));
    assert_eq!(
        shown(&config.providers["azure"]),
        "https://me.openai.azure.com/openai/deployments/%7Bmodel%7D (arena.toml:12) [AZURE_KEY] ready"
    );
    let own = &config.providers["own"];
    assert!(matches!(own.kind.value, Kind::Http(_)), "{own:?}");
    assert_eq!(shown(own), "http://127.0.0.1:9/%7Bmodel%7D (arena.toml:18) [] provider own needs a key: set OWN_KEY");
    let chain = &config.chains["careful"];
    assert_eq!((chain.value.attempts, &chain.origin), (3, &line(23)));
    let candidates: Vec<String> = chain.value.candidates().map(ToString::to_string).collect();
    assert_eq!(candidates, ["openai:gpt-5-mini", "azure:gpt-5-mini"]);
    let limits = &config.limits;
    assert_eq!((limits.connect.value.as_millis(), limits.turn.value.as_secs()), (2500, 60));
    assert_eq!((&limits.turn.origin, &limits.total.origin), (&line(30), &Origin::Default));
    assert!(config.cache.enabled.value);
    assert_eq!(config.cache.ttl_hours, Setting { value: 24, origin: line(35) });
    let model: ModelSpec = "azure:gpt-5-mini".parse().unwrap();
    let terms = config.terms_of(&config.providers["azure"], &model);
    assert_eq!(terms.price, Price::per_million(0.25, Some(0.1), 2.0));
    assert_eq!(terms.window_tokens, Some(128_000));
    let debug = format!("{config:?} {config:#?}");
    assert!(!debug.contains(KEY) && !debug.contains("hush"), "{debug}");
}

/// A file, and the place and the beginning of what is said about it.
const MISTAKES: &[(&str, &str)] = &[
    ("x = ", "1:5: string values must be quoted"),
    (
        "[cash]",
        "1:2: there is no key \"cash\"; did you mean \"cache\"? there are: timeouts, cache, gates, audit, providers, prices, chains",
    ),
    ("providers = 1", "1:13: providers: must be a table, not a whole number"),
    ("[providers]\nopenai = 1", "2:10: providers.openai: must be a table, not a whole number"),
    ("[providers.mock]", "1:12: providers: \"mock\" is the arena's own word: take another name"),
    ("[providers.Own]", "1:12: providers: \"Own\" is not a name: a lower-case letter, then"),
    ("[providers.own]", "1:12: providers.own.kind: say which API it speaks: openai, anthropic, gemini, http"),
    (
        "[providers.own]\nkind = \"opnai\"\nbase_url = \"http://x\"",
        "2:8: providers.own.kind: there is no kind \"opnai\"; did you mean \"openai\"?",
    ),
    (
        "[providers.own]\nkind = \"openai\"",
        "1:12: providers.own.base_url: say where it is, such as http://127.0.0.1:8080/v1",
    ),
    ("[providers.openai]\nbase_url = \"x\"", "2:12: providers.openai.base_url: the base URL \"x\" is not a URL"),
    (
        "[providers.openai]\nkey = \"sk-planted-0123456789\"",
        "2:7: providers.openai.key: a key is not written into a file: put it into the environment, and name the variable with key_env = \"OPENAI_API_KEY\"",
    ),
    (
        "[providers.my-own]\nkind = \"openai\"\nbase_url = \"http://x\"\napi_key = 1",
        "4:11: providers.my-own.api_key: a key is not written into a file: put it into the environment, and name the variable with key_env = \"MY_OWN_API_KEY\"",
    ),
    (
        "[providers.openai]\nkey_env = \"sk-planted\"",
        "2:11: providers.openai.key_env: must be the name of an environment variable, of A-Z, 0-9 and _, such as OPENAI_API_KEY, not a key",
    ),
    ("[providers.openai]\nkey_header = \"a b\"", "2:14: providers.openai.key_header: is not the name of a header"),
    (
        "[providers.openai]\nheaders = { authorization = \"Bearer planted\" }",
        "2:29: providers.openai.headers: authorization holds a key, which is not written into a file: authorization = { env = \"NAME\" }",
    ),
    (
        "[providers.openai]\nheaders = { authorization = \"Bearer {key}\" }",
        "2:29: providers.openai.headers: authorization holds a key, which is not written into a file: authorization = { env = \"NAME\" }",
    ),
    (
        "[providers.openai]\nheaders = { x-a = { evn = \"A\" } }",
        "2:19: providers.openai.headers: x-a must be a text in quotes or { env = \"NAME\" }",
    ),
    (
        "[providers.openai]\nheaders = { x-a = \"\\n\" }",
        "2:19: providers.openai.headers: x-a has a character that no header can carry",
    ),
    ("[cache]\nfolder = \"\"", "2:10: cache.folder: names no folder: write \".\" for the current one"),
    (
        "[providers.openai]\nheaders = { Content-Length = \"5\" }",
        "2:13: providers.openai.headers: content-length is set by HTTP itself",
    ),
    (
        "[providers.openai]\nkey_header = \"transfer-encoding\"",
        "2:14: providers.openai.key_header: transfer-encoding is set by HTTP itself",
    ),
    ("[providers.openai]\nstream = \"yes\"", "2:10: providers.openai.stream: must be true or false, not a text"),
    (
        "[providers.openai]\nmax_concurrent = 0",
        "2:18: providers.openai.max_concurrent: must be a whole number from 1 to 100000",
    ),
    ("[providers.openai]\nsteam = true", "2:1: providers.openai: there is no key \"steam\"; did you mean \"stream\"?"),
    ("[providers.own]\nkind = \"http\"", "1:12: missing field `url`"),
    ("[providers.own]\nkind = \"http\"\nurl = \"http://x\"\nbdy = \"\"", "4:1: unknown field `bdy`, expected one of"),
    ("[providers.own]\nkind = \"http\"\nurl = \"http://x\"\nbody = \"{\"", "4:8: providers.own.body: "),
    ("[chains.c]", "1:9: chains.c: a chain needs models = [\"PROVIDER:MODEL\", ...], the first before the others"),
    ("[chains.c]\nmodels = []", "2:10: chains.c.models: must have 1 to 16 models"),
    ("[chains.c]\nmodels = [1]", "2:11: chains.c.models: must be a list of texts in quotes, not a whole number"),
    (
        "[chains.c]\nmodels = [\"opnai:x\"]",
        "2:11: chains.c.models: there is no provider \"opnai\"; did you mean \"openai\"?",
    ),
    (
        "[chains.c]\nmodels = [\"mock\", \"chain:c\"]",
        "2:19: chains.c.models: a chain cannot hold a chain: name its models",
    ),
    (
        "[chains.c]\nmodels = [\"mock\", \"mock\"]",
        "2:19: chains.c.models: mock is in this chain already: attempts says how often",
    ),
    ("[chains.c]\nmodels = [\"a b\"]", "2:11: chains.c.models: \"a b\" names no provider"),
    (
        "[chains.c]\nmodels = [\"mock\"]\nfallback = \"same\"",
        "3:12: chains.c.fallback: there is no fallback \"same\"; did you mean \"same-model\"? there are: any, same-model, none",
    ),
    ("[chains.c]\nmodels = [\"mock\"]\nattempts = 11", "3:12: chains.c.attempts: must be a whole number from 1 to 10"),
    ("[timeouts]\nidle = 0", "2:8: timeouts.idle: must be a number from 0.001 to 86400"),
    ("[timeouts]\nidle = nan", "2:8: timeouts.idle: must be a number from 0.001 to 86400"),
    ("[timeouts]\nidel = 1", "2:1: timeouts: there is no key \"idel\"; did you mean \"idle\"?"),
    (
        "[cache]\nttl_hours = 1.5",
        "2:13: cache.ttl_hours: must be a whole number from 1 to 87600, not a number with a point",
    ),
    (
        "[prices.\"openai:x\"]\ninput_usd_per_million = 1",
        "1:9: prices.\"openai:x\": give input_usd_per_million and output_usd_per_million, or window_tokens, or all of them",
    ),
    (
        "[prices.\"openai:x\"]\ninput_usd_per_million = -1",
        "2:25: prices.\"openai:x\".input_usd_per_million: must be a number from 0 to 1000000",
    ),
    ("[prices.mock]\nwindow_tokens = 1", "1:9: prices: mock has no price of its own: write PROVIDER:MODEL"),
];

#[test]
fn every_mistake_is_told_with_its_place_and_what_is_allowed() {
    let local = "[providers.local]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1\"\n";
    let check = |source: &str, message: &str| {
        let error = Config::parse("a.toml", source, &Environment::default()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("a.toml:{message}")), "{source}\n{error}");
        assert!(!error.contains("planted"), "{error}");
    };
    for (source, message) in MISTAKES {
        check(source, message);
    }
    // All at once, and no mistake is told twice in other words.
    let error = Config::parse(
        "a.toml",
        &format!("{local}stream = 1\n[chains.c]\nmodels = [\"local:x\"]\nattempts = 0\n"),
        &Environment::default(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "a.toml:4:10: providers.local.stream: must be true or false, not a whole number\n\
         a.toml:7:12: chains.c.attempts: must be a whole number from 1 to 10"
    );
}

#[test]
fn the_environment_comes_before_the_file_and_the_file_before_the_default() {
    let file = "[providers.openai]\nbase_url = \"http://file.example/v1\"\n";
    let both = "[providers.openai]\nbase_url = \"http://file.example/v1\"\nkey_env = \"OWN_KEY\"\n";
    let moved = ("OPENAI_BASE_URL", "http://variable.example/v1/");
    let (key, own) = (("OPENAI_API_KEY", KEY), ("OWN_KEY", KEY));
    for (source, environment, expected) in [
        (
            "",
            vec![],
            "https://api.openai.com/v1 (default) [] provider openai needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own",
        ),
        ("", vec![key], "https://api.openai.com/v1 (default) [OPENAI_API_KEY] ready"),
        ("", vec![moved], "http://variable.example/v1 (OPENAI_BASE_URL) [] ready"),
        ("", vec![moved, key], "http://variable.example/v1 (OPENAI_BASE_URL) [OPENAI_API_KEY] ready"),
        // A file that moves a provider does not get its key, unless it says which.
        (file, vec![key], "http://file.example/v1 (arena.toml:2) [] ready"),
        // Nor does one that asks the vendor where others can listen.
        (
            "[providers.openai]\nbase_url = \"http://api.openai.com/v1\"",
            vec![key],
            "http://api.openai.com/v1 (arena.toml:2) [] ready",
        ),
        (file, vec![key, moved], "http://variable.example/v1 (OPENAI_BASE_URL) [OPENAI_API_KEY] ready"),
        (both, vec![own], "http://file.example/v1 (arena.toml:2) [OWN_KEY] ready"),
        (
            both,
            vec![key],
            "http://file.example/v1 (arena.toml:2) [] provider openai needs a key: set OWN_KEY, or OPENAI_BASE_URL to a server of your own",
        ),
        (
            "",
            vec![("OPENAI_API_KEY", "a b")],
            "https://api.openai.com/v1 (default) [OPENAI_API_KEY] OPENAI_API_KEY cannot be used",
        ),
        (
            "",
            vec![("OPENAI_API_KEY", "  ")],
            "https://api.openai.com/v1 (default) [] provider openai needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own",
        ),
        ("", vec![("OPENAI_API_KEY_RED", KEY)], "https://api.openai.com/v1 (default) [red: OPENAI_API_KEY_RED] ready"),
    ] {
        assert_eq!(shown(&config(source, &environment).providers["openai"]), expected, "{source:?} {environment:?}");
    }
    for (name, environment, base_url) in [
        ("anthropic", vec![("ANTHROPIC_BASE_URL", "http://x.example")], "http://x.example/v1"),
        ("anthropic", vec![("ANTHROPIC_BASE_URL", "http://x.example/v1/")], "http://x.example/v1"),
        ("gemini", vec![("GOOGLE_GEMINI_BASE_URL", "http://x.example/")], "http://x.example/v1beta"),
        ("anthropic", vec![("ANTHROPIC_BASE_URL", "http://x.example/?a=b/")], "http://x.example/v1"),
        ("gemini", vec![("GOOGLE_API_KEY", KEY)], "https://generativelanguage.googleapis.com/v1beta"),
        ("ollama", vec![], "http://127.0.0.1:11434/v1"),
    ] {
        let config = config("", &environment);
        assert_eq!(config.providers[name].address.value.as_ref().unwrap().to_string(), base_url);
        let is_wanted = config.providers[name].wanted.is_some();
        assert_eq!(is_wanted, name != "ollama", "a provider that nobody set up is not wanted");
    }
}

#[test]
fn seats_with_one_key_share_a_model_and_seats_with_their_own_do_not() {
    let spec: ModelSpec = "openai:m".parse().unwrap();
    let roster = Roster::new(config("", &[("OPENAI_API_KEY", KEY), ("OPENAI_API_KEY_RED", "sk-other-0123456789")]));
    let model = |seat| roster.model(&spec, Some(seat)).unwrap();
    assert!(std::sync::Arc::ptr_eq(&model(Seat::Blue), &model(Seat::Target)));
    assert!(!std::sync::Arc::ptr_eq(&model(Seat::Blue), &model(Seat::Red)));
    // The same key under two names is the same key.
    let roster = Roster::new(config("", &[("OPENAI_API_KEY", KEY), ("OPENAI_API_KEY_RED", KEY)]));
    let model = |seat| roster.model(&spec, Some(seat)).unwrap();
    assert!(std::sync::Arc::ptr_eq(&model(Seat::Blue), &model(Seat::Red)));
}

#[test]
fn a_price_is_the_users_or_the_vendors_or_not_known() {
    let source = "[providers.proxy]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1\"\n\
                  [prices.\"openai:mine\"]\ninput_usd_per_million = 1\noutput_usd_per_million = 2\n\
                  [prices.\"openai:gpt-5-mini\"]\nwindow_tokens = 1000\n\
                  [chains.all]\nmodels = [\"openai:mine\", \"openai:gpt-5-mini\", \"mock\"]\n\
                  [chains.some]\nmodels = [\"openai:mine\", \"proxy:gpt-5-mini\"]\n";
    let roster = Roster::new(config(source, &[]));
    for (model, price) in [
        ("mock", Some(Price::FREE)),
        ("openai:mine", Price::per_million(1.0, None, 2.0)),
        ("openai:gpt-5-mini", Price::per_million(0.25, Some(0.025), 2.0)),
        ("openai:gpt-5-mini-2025-08-07", Price::per_million(0.25, Some(0.025), 2.0)),
        ("openai:nobody-knows", None),
        // What somebody else asks for the same model, nobody knows.
        ("proxy:gpt-5-mini", None),
        ("openrouter:openai/gpt-5-mini", None),
        ("chain:all", Price::per_million(1.0, None, 2.0)),
        ("chain:some", None),
        ("chain:none", None),
    ] {
        assert_eq!(roster.price(&model.parse().unwrap()), price, "{model}");
    }
}
