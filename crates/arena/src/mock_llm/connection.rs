//! Connections: taken one by one, served with limits on everything, and broken where a fault says so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use super::breakage::Cut;

/// More than a benchmark opens, fewer than a process may have open files.
const MAX_CONNECTIONS: usize = 16_384;

/// A head that takes longer, also on a connection that is kept open, is not waited for.
const HEAD_TIMEOUT: Duration = Duration::from_mins(2);

/// Heads are a few hundred bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// A rest after a connection that could not be taken, mostly for want of file descriptors.
const REST: Duration = Duration::from_millis(50);

/// A handle on the connection that a request came by.
#[derive(Clone, Debug, Default)]
pub(super) struct Link(Arc<State>);

#[derive(Debug, Default)]
struct State {
    cut: Mutex<Option<Cut>>,
    told: Notify,
}

impl Link {
    /// Ends the connection as it is.
    pub(super) fn cut(&self, cut: Cut) {
        *self.0.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
        self.0.told.notify_one();
    }

    async fn is_cut(&self) -> Cut {
        loop {
            self.0.told.notified().await;
            if let Some(cut) = *self.0.cut.lock().unwrap_or_else(PoisonError::into_inner) {
                return cut;
            }
        }
    }
}

/// Serves whoever comes, until `stop`; then closes all connections.
pub(super) async fn accept(listener: TcpListener, router: Router, stop: Arc<Notify>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    let take_all = async {
        loop {
            let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
            match listener.accept().await {
                Ok((stream, _)) => {
                    let router = router.clone();
                    connections.spawn(async move {
                        serve(stream, router).await;
                        drop(place);
                    });
                }
                Err(_) => tokio::time::sleep(REST).await,
            }
            while connections.try_join_next().is_some() {}
        }
    };
    tokio::select! {
        () = take_all => {}
        () = stop.notified() => {}
    }
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, router: Router) {
    // A server that waits to fill a packet is no match for its clients.
    let _ = stream.set_nodelay(true);
    let link = Link::default();
    let service = TowerToHyperService::new(router);
    let linked = link.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(linked.clone());
        service.call(request)
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // Clients that break off are what this server is for.
        _ = &mut connection => {}
        cut = link.is_cut() => match cut {
            Cut::Close => {}
            // Without lingering, the end of a socket is a reset.
            Cut::Reset => drop(connection.into_parts().io.into_inner().set_zero_linger()),
        },
    }
}
