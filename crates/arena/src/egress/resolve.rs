//! Names to addresses, once for each connection, and never to an address that is not public.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_public;

/// The most addresses of one name that are looked at.
const MAX_ADDRESSES: usize = 64;

/// Gives the addresses of a name. A seam for tests: they have no network.
#[async_trait]
pub(super) trait Lookup: Send + Sync {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>>;
    /// Whether requests may go there.
    fn may_be(&self, address: IpAddr) -> bool {
        is_public(address)
    }
}

/// As the system resolves them.
pub(super) struct System;

#[async_trait]
impl Lookup for System {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        // With a dot at its end, a name is not looked for beneath the machine's own domain.
        Ok(tokio::net::lookup_host((format!("{name}."), 0)).await?.map(|address| address.ip()).collect())
    }
}

/// All addresses of the name are public, or it has none: a name with one of each kind is an attempt.
pub(super) struct Guarded(pub(super) Arc<dyn Lookup>);

/// Why a name has no addresses, so that the gate can tell.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAddress {
    #[error("there is no such name")]
    Unresolved,
    #[error("not public")]
    NotPublic,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = lookup.addresses(name.as_str()).await.map_err(|_| NoAddress::Unresolved)?;
            if addresses.is_empty() {
                return Err(NoAddress::Unresolved.into());
            }
            if addresses.len() > MAX_ADDRESSES || !addresses.iter().all(|address| lookup.may_be(*address)) {
                return Err(NoAddress::NotPublic.into());
            }
            // The port is the URL's.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
