//! Connections: taken one by one, each with limits on what it may send and how long it may take.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// More than viewers and their pages open; each costs some kilobytes and a file descriptor.
const MAX_CONNECTIONS: usize = 16_384;

/// A head that takes longer is not waited for: also the rest between two requests on a connection that is kept open.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// The longest head: cookies, a token, an address with filters.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// A rest after a connection that could not be taken, mostly for want of file descriptors.
const REST: Duration = Duration::from_millis(50);

/// Serves whoever comes, until `closing`; then lets what is under way come to its end.
pub(super) async fn accept(listener: TcpListener, router: Router, mut closing: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    let shut = closing.clone();
    let take_all = async {
        loop {
            let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let (router, shut) = (router.clone(), shut.clone());
                    connections.spawn(async move {
                        serve(stream, peer, router, shut).await;
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
        () = closed(&mut closing) => {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(stream: TcpStream, peer: SocketAddr, router: Router, mut closing: watch::Receiver<bool>) {
    // A server that waits to fill a packet makes everybody wait.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        service.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // Clients that break off are none of our errors.
        _ = &mut connection => {}
        () = closed(&mut closing) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Waits until the server closes; it has, if it is gone.
async fn closed(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}
