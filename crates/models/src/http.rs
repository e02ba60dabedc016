//! The HTTP client that all vendors share: one pool, one TLS set-up, the limits of a call. Built once, cloned freely.

use std::sync::Arc;
use std::time::Duration;

use crate::timeouts::Timeouts;

/// A handle on the shared client; a clone uses the same pool of connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    timeouts: Timeouts,
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// TLS has no protocol version to offer.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
    /// The client refuses its settings.
    #[error("the HTTP client could not be set up")]
    Client(#[source] reqwest::Error),
}

impl Http {
    /// Idle connections kept for each host: as many as calls that a large tournament has in the air at once.
    const MAX_IDLE_PER_HOST: usize = 16_384;

    /// How long an idle connection is kept: below the minute after which many servers and load balancers close it.
    const IDLE_CONNECTION: Duration = Duration::from_secs(50);

    /// Builds the client. Certificates are judged by the system's roots (`SSL_CERT_FILE` and `SSL_CERT_DIR` count);
    /// if there are none, every `https` call fails as [`Error::Unreachable`](crate::Error::Unreachable).
    ///
    /// A proxy is taken from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    ///
    /// # Errors
    /// [`NoClient`]; not expected on any supported system.
    pub fn new(timeouts: Timeouts) -> Result<Self, NoClient> {
        let client = builder(timeouts.connect)?
            .pool_max_idle_per_host(Self::MAX_IDLE_PER_HOST)
            .pool_idle_timeout(Self::IDLE_CONNECTION)
            .build()
            .map_err(NoClient::Client)?;
        Ok(Self { client, timeouts })
    }

    /// A client for another protocol than questions to models, with the same TLS and the same refusals, and without the
    /// pool: a session's long answers are often given up half way, and what is left of one must not hold up the next.
    ///
    /// # Errors
    /// [`NoClient`]; not expected on any supported system.
    pub fn session_client(connect: Duration) -> Result<reqwest::Client, NoClient> {
        builder(connect)?.pool_max_idle_per_host(0).build().map_err(NoClient::Client)
    }

    /// A client for requests that agents make: names are resolved by `resolver` alone, no proxy of the environment stands
    /// between, no connection is used again.
    ///
    /// # Errors
    /// [`NoClient`]; not expected on any supported system.
    pub fn guarded_client<R: reqwest::dns::Resolve + 'static>(
        resolver: Arc<R>,
        connect: Duration,
    ) -> Result<reqwest::Client, NoClient> {
        let builder = builder(connect)?.dns_resolver(resolver).no_proxy();
        builder.pool_max_idle_per_host(0).build().map_err(NoClient::Client)
    }

    /// A client for what is no model and follows no text of an agent, with the same TLS.
    ///
    /// # Errors
    /// [`NoClient`]; not expected on any supported system.
    pub fn plain_client(connect: Duration) -> Result<reqwest::Client, NoClient> {
        builder(connect)?.build().map_err(NoClient::Client)
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }
}

/// What holds for every client.
fn builder(connect: Duration) -> Result<reqwest::ClientBuilder, NoClient> {
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        // A call that is dropped closes its connection, and no call waits behind another.
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(connect)
        // Following one could carry the key to another host.
        .redirect(reqwest::redirect::Policy::none())
        // The one place that asks again stands above this crate.
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(concat!("ai-arena/", env!("CARGO_PKG_VERSION"))))
}

/// TLS by ring, named here and not installed for the process: other crates may bring another provider.
fn tls() -> Result<rustls::ClientConfig, NoClient> {
    let mut roots = rustls::RootCertStore::empty();
    // Single unreadable certificates are common in system stores and no reason to fail.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(NoClient::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
