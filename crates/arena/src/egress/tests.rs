//! Ways around the gate, each with its control: a careless client on the same machine does reach what must not be reached.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use proptest::prelude::*;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::resolve::Lookup;
use super::*;

/// Stands for the public internet. The secret service is at 127.0.0.1 and `::1`.
const PUBLIC: &str = "127.0.0.2";

/// Names that exist here. Those with `rebind` have another address when they are asked for again.
struct Names(Mutex<BTreeMap<String, usize>>);

impl Names {
    fn of(&self, name: &str) -> Vec<IpAddr> {
        let mut asked = self.0.lock().unwrap();
        let n_asked = asked.entry(name.to_owned()).or_default();
        *n_asked += 1;
        let texts: &[&str] = match name.trim_end_matches('.') {
            "good.test" => &[PUBLIC],
            "rebind.good.test" if *n_asked == 1 => &[PUBLIC],
            "evil.test" | "localhost" | "inside.good.test" | "rebind.good.test" | "good.test.evil.test" => {
                &["127.0.0.1"]
            }
            "mixed.good.test" => &[PUBLIC, "127.0.0.1"],
            "many.good.test" => {
                return (0..100).map(|_| PUBLIC.parse().unwrap()).chain(["127.0.0.1".parse().unwrap()]).collect();
            }
            _ => &[],
        };
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }
}

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(self.of(name))
    }

    fn may_be(&self, address: IpAddr) -> bool {
        address.to_string() == PUBLIC
    }
}

/// What people often write: any address of a name will do.
struct Careless(Names);

impl Resolve for Careless {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.0.of(name.as_str());
        Box::pin(async move {
            Ok(Box::new(addresses.into_iter().map(|address| std::net::SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// `good.test` and what is beneath it, at one port; and an address, if a rule names it.
struct Good {
    port: u16,
    named: Option<IpAddr>,
}

impl Route for Good {
    fn check(&self, _method: &str, target: &Target) -> Result<(), String> {
        let host = target.host();
        let fits = host == "good.test" || host.ends_with(".good.test") || target.address().is_some();
        if fits && target.port() == self.port {
            Ok(())
        } else {
            Err(format!("no rule allows {host}:{}", target.port()))
        }
    }

    fn names(&self, address: IpAddr, _port: u16) -> bool {
        self.named == Some(address)
    }

    fn simulated(&self, target: &Target) -> Option<Response> {
        (target.host() == "made.good.test").then(|| Response {
            status: 302,
            content_type: String::new(),
            location: Some(format!("http://127.0.0.1:{}/", self.port)),
            body: vec![],
            is_cut: false,
        })
    }
}

struct Place {
    port: u16,
    /// How often the secret service was reached.
    n_reached: Arc<AtomicUsize>,
    /// What the public service was asked.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Place {
    async fn new() -> Self {
        let (n_reached, heard) = (Arc::default(), Arc::default());
        let secret = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = secret.local_addr().unwrap().port();
        let public = TcpListener::bind((PUBLIC, port)).await.unwrap();
        let secret_6 = TcpListener::bind(("::1", port)).await.ok();
        let place = Self { port, n_reached, heard };
        for (listener, is_secret) in [(Some(secret), true), (secret_6, true), (Some(public), false)] {
            if let Some(listener) = listener {
                tokio::spawn(serve(
                    listener,
                    is_secret.then(|| Arc::clone(&place.n_reached)),
                    Arc::clone(&place.heard),
                ));
            }
        }
        place
    }

    fn gate() -> Gate {
        Gate::with(Arc::new(Names(Mutex::default()))).unwrap()
    }

    async fn get(&self, gate: &Gate, url: &str) -> Result<Response, Error> {
        let request = Request { url: url.to_owned(), ..Request::default() };
        gate.send(&request, &Good { port: self.port, named: None }).await.0
    }

    fn reached(&self) -> bool {
        self.n_reached.swap(0, Ordering::SeqCst) > 0
    }
}

async fn serve(listener: TcpListener, reached: Option<Arc<AtomicUsize>>, heard: Arc<Mutex<Vec<String>>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(answer(stream, reached.clone(), Arc::clone(&heard)));
    }
}

async fn answer(mut stream: TcpStream, reached: Option<Arc<AtomicUsize>>, heard: Arc<Mutex<Vec<String>>>) {
    let mut bytes = vec![0; 64 << 10];
    let n = stream.read(&mut bytes).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&bytes[..n]).into_owned();
    match &reached {
        Some(reached) => drop(reached.fetch_add(1, Ordering::SeqCst)),
        None => heard.lock().unwrap().push(request.clone()),
    }
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let redirect = |status: u16, to: &str| {
        format!("HTTP/1.1 {status} x\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    };
    let begun = match path.split_once("?to=") {
        Some((status, to)) => redirect(status.trim_start_matches('/').parse().unwrap_or(302), to),
        None if path == "/loop" => redirect(302, "/loop"),
        None if path == "/big" => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned(),
        None if path == "/head" => "HTTP/1.1 200 OK\r\nX: ".to_owned(),
        None if path == "/gzip" => {
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nBOMB".to_owned()
        }
        None if path == "/none" => "SSH-2.0-x\r\n".to_owned(),
        None => {
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".to_owned()
        }
    };
    if stream.write_all(begun.as_bytes()).await.is_err() || !matches!(path.as_str(), "/big" | "/head") {
        return;
    }
    let block = vec![b'x'; 64 << 10];
    while stream.write_all(&block).await.is_ok() {}
}

fn careless() -> reqwest::Client {
    let names = Careless(Names(Mutex::default()));
    let builder = reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(names));
    builder.tls_backend_preconfigured(tls()).timeout(std::time::Duration::from_secs(3)).build().unwrap()
}

/// The careless client never speaks TLS, but wants to know how.
fn tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}

#[tokio::test]
async fn no_url_leads_to_what_is_not_public() {
    let place = Place::new().await;
    let p = place.port;
    let mut n_controls = 0;
    for url in [
        format!("http://127.0.0.1:{p}/"),
        format!("http://2130706433:{p}/"),
        format!("http://0x7f000001:{p}/"),
        format!("http://0177.0.0.1:{p}/"),
        format!("http://0x7f.1:{p}/"),
        format!("http://127.1:{p}/"),
        format!("http://0:{p}/"),
        format!("http://0.0.0.0:{p}/"),
        format!("http:127.0.0.1:{p}/"),
        format!("http:/127.0.0.1:{p}/"),
        format!("http://[::1]:{p}/"),
        format!("http://[0:0:0:0:0:0:0:1]:{p}/"),
        format!("http://[::]:{p}/"),
        format!("http://[::ffff:127.0.0.1]:{p}/"),
        format!("http://[::ffff:7f00:1]:{p}/"),
        format!("http://[::127.0.0.1]:{p}/"),
        format!("http://[64:ff9b::7f00:1]:{p}/"),
        format!("http://[2002:7f00:1::]:{p}/"),
        format!("http://[fe80::1%25lo]:{p}/"),
        format!("http://①②⑦.⓪.⓪.①:{p}/"),
        format!("http://127。0。0。1:{p}/"),
        format!("http://127．0．0．1:{p}/"),
        format!("http://１２７.0.0.1:{p}/"),
        format!("http://127.0.0.1.:{p}/"),
        format!("http://localhost:{p}/"),
        format!("http://LOCALHOST.:{p}/"),
        format!("http://ⓛocalhost:{p}/"),
        format!("http://evil.test:{p}/"),
        format!("http://good.test.evil.test:{p}/"),
        format!("http://inside.good.test:{p}/"),
        format!("http://mixed.good.test:{p}/"),
        format!("http://many.good.test:{p}/"),
        format!("http://good.test@127.0.0.1:{p}/"),
        format!("http://good.test:x@127.0.0.1:{p}/"),
        format!("http://127.0.0.1:{p}#@good.test/"),
        format!("http://127.0.0.1:{p}\\@good.test/"),
        format!("http:\\\\127.0.0.1:{p}\\"),
        format!("ht\ttp://127.0.0.1:{p}/"),
        format!("http://127.0.0.1\t:{p}/"),
        format!("http://good.test%00@127.0.0.1:{p}/"),
        format!("http://127.0.0.1%2f@good.test:{p}/"),
        format!("http://good.test:{p}/302?to=http://127.0.0.1:{p}/"),
        format!("http://good.test:{p}/302?to=http://2130706433:{p}/"),
        format!("http://good.test:{p}/302?to=//127.0.0.1:{p}/"),
        format!("http://good.test:{p}/302?to=http://[::1]:{p}/"),
        format!("http://good.test:{p}/302?to=http://evil.test:{p}/"),
        format!("http://good.test:{p}/302?to=http://inside.good.test:{p}/"),
        format!("http://good.test:{p}/307?to=http:%2f%2f127.0.0.1:{p}/"),
        format!("http://good.test:{p}/308?to=http://good.test@127.0.0.1:{p}/"),
        format!("http://good.test:{p}/302?to=file:///etc/passwd"),
        format!("http://made.good.test:{p}/"),
        "file:///etc/passwd".to_owned(),
        format!("gopher://127.0.0.1:{p}/_x"),
        format!("ftp://good.test:{p}/"),
        "http://good.test:22/".to_owned(),
        "http://good.test:0/".to_owned(),
        "http://good.test:99999/".to_owned(),
        "//good.test/".to_owned(),
        "http://".to_owned(),
        "http://..:80/".to_owned(),
        String::new(),
    ] {
        if careless().get(&url).send().await.is_ok() && place.reached() {
            n_controls += 1;
        }
        place.reached();
        let answered = place.get(&Place::gate(), &url).await;
        assert!(!place.reached(), "{url}: {answered:?}");
        assert!(answered.is_err() || url.contains("%2f"), "{url}: {answered:?}");
    }
    assert!(n_controls >= 25, "only {n_controls} of them reach anything without the gate");
}

#[tokio::test]
async fn a_name_is_resolved_once_and_for_each_request_anew() {
    let place = Place::new().await;
    let url = format!("http://rebind.good.test:{}/", place.port);
    let gate = Place::gate();
    assert_eq!(place.get(&gate, &url).await.unwrap().body, b"ok");
    assert_eq!(place.get(&gate, &url).await, Err(Error::NotPublic { host: "rebind.good.test".to_owned() }));
    assert!(!place.reached());
    let client = careless();
    let _ = client.get(&url).send().await;
    assert!(client.get(&url).send().await.is_ok() && place.reached(), "the control");
}

#[tokio::test]
async fn an_address_goes_only_where_a_rule_names_it_and_some_nowhere() {
    let place = Place::new().await;
    let named = |address: &str| Good { port: place.port, named: Some(address.parse().unwrap()) };
    let to = |host: &str| Request { url: format!("http://{host}:{}/", place.port), ..Request::default() };
    let (answered, exchanges) = Place::gate().send(&to("127.0.0.1"), &named("127.0.0.1")).await;
    assert_eq!(answered.unwrap().status, 200);
    assert_eq!(exchanges[0].peer, Some(format!("127.0.0.1:{}", place.port)));
    assert!(place.reached());
    for host in ["169.254.169.254", "0.0.0.0"] {
        let (answered, exchanges) = Place::gate().send(&to(host), &named(host)).await;
        assert_eq!(answered, Err(Error::NotPublic { host: host.to_owned() }));
        assert_eq!((exchanges.len(), &exchanges[0].peer), (1, &None));
    }
}

#[tokio::test]
async fn answers_are_bounded_and_what_is_no_answer_is_told() {
    let place = Place::new().await;
    let at = |path: &str| format!("http://good.test:{}{path}", place.port);
    let gate = Place::gate();
    let big = place.get(&gate, &at("/big")).await.unwrap();
    assert!(big.is_cut && big.body.len() == 1 << 20);
    // What is packed is not unpacked.
    assert_eq!(place.get(&gate, &at("/gzip")).await.unwrap().body, b"BOMB");
    assert_eq!(place.get(&gate, &at("/loop")).await, Err(Error::TooManyRedirects(5)));
    assert!(matches!(place.get(&gate, &at("/head")).await, Err(Error::Unanswered { .. })));
    assert!(matches!(place.get(&gate, &at("/none")).await, Err(Error::Unanswered { .. })));
    let unknown = place.get(&gate, &format!("http://no.good.test:{}/", place.port)).await;
    assert_eq!(unknown, Err(Error::Unresolved { host: "no.good.test".to_owned() }));
}

#[tokio::test]
async fn a_redirect_takes_along_only_what_is_meant_for_both() {
    let place = Place::new().await;
    let good = Good { port: place.port, named: None };
    let headers = vec![("authorization".to_owned(), "s3cret".to_owned()), ("x-a".to_owned(), "b".to_owned())];
    let post = |path: String| Request {
        method: "post".to_owned(),
        url: format!("http://good.test:{}{path}", place.port),
        headers: headers.clone(),
        body: "the body".to_owned(),
    };
    let heard = |place: &Place| std::mem::take(&mut *place.heard.lock().unwrap());
    for (status, to, method, body, keeps) in
        [(307, "/x", "POST", true, true), (302, "/x", "GET", false, true), (303, "/x", "GET", false, true)]
    {
        let (answered, exchanges) = Place::gate().send(&post(format!("/{status}?to={to}")), &good).await;
        assert_eq!(answered.unwrap().status, 200);
        let second = heard(&place).pop().unwrap();
        assert!(second.starts_with(&format!("{method} /x ")), "{second}");
        assert_eq!((second.contains("the body"), second.contains("s3cret")), (body, keeps), "{status}: {second}");
        assert_eq!((exchanges.len(), exchanges[0].body_bytes, exchanges[1].status), (2, 8, Some(200)));
        assert!(exchanges[0].sent().contains("the body") && exchanges[0].headers.contains("x-a: b"));
    }
    // Another host gets nothing that was meant for the first.
    let elsewhere = format!("/307?to=http://rebind.good.test:{}/y", place.port);
    Place::gate().send(&post(elsewhere), &good).await.0.unwrap();
    let second = heard(&place).pop().unwrap();
    assert!(second.contains("x-a: b") && !second.contains("s3cret"), "{second}");
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked() {
    let place = Place::new().await;
    // The variables are those of the whole process: another process has them.
    if std::env::var_os("ARENA_TEST_PROXY").is_none() {
        let test = std::env::current_exe().unwrap();
        let proxy = format!("http://127.0.0.1:{}", place.port);
        let mut child = std::process::Command::new(test);
        child.args(["--exact", "egress::tests::a_proxy_of_the_environment_is_not_asked"]).env("ARENA_TEST_PROXY", "1");
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
            child.env(name, &proxy);
        }
        let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(!place.reached());
        return;
    }
    assert_eq!(place.get(&Place::gate(), &format!("http://good.test:{}/", place.port)).await.unwrap().body, b"ok");
}

proptest! {
    /// Whatever a text says, what comes out of it is a host that can be held against rules.
    #[test]
    fn any_text_is_a_target_or_an_error(text in "(http|https|file|HTTP|:|/|//|\\\\|@|#|\\?|%2f|%00|\\.|good\\.test|127\\.0\\.0\\.1|0x7f|①|。|\\[|\\]|::1|\t|\r|\n| |:80|a|é){0,12}") {
        if let Ok(target) = Target::parse(&text) {
            prop_assert!(matches!(target.scheme(), "http" | "https"));
            prop_assert!(!target.host().is_empty() && !target.host().ends_with('.'));
            prop_assert!(!target.host().contains(['@', '/', '\\', '%', '#', '?', ' ']));
            prop_assert!(target.port() != 0);
            // A host that is only digits and dots is an address, and known as one.
            let looks_like_one = target.host().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            prop_assert!(!looks_like_one || target.address().is_some(), "{target:?}");
        }
    }
}
