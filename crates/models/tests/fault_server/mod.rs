//! An HTTP server that does what it is told, faults included: raw bytes on a real socket, at port 0. For tests only.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

/// What the server does after it has read a request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Sends these bytes at once.
    Send(Vec<u8>),
    /// Sends these bytes one by one.
    SendByteByByte(Vec<u8>),
    /// Sends these bytes so many times, with a pause before each.
    Drip(Vec<u8>, usize, Duration),
    /// Waits until the test calls [`FaultServer::go_on`].
    Wait,
    /// Says nothing until the client goes away.
    Stall,
    /// Breaks the connection with a TCP reset.
    Reset,
    /// Reads the next request on the same connection and begins anew.
    KeepAlive,
}

/// One running server; stops when dropped.
#[derive(Debug)]
pub(crate) struct FaultServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    script: Vec<Step>,
    reads_first: bool,
    requests: Mutex<Vec<String>>,
    n_connections: Mutex<usize>,
    asked: Semaphore,
    go_on: Notify,
    left: Semaphore,
}

impl FaultServer {
    /// Answers each request on each connection with `script`, and closes the connection at its end.
    pub(crate) async fn start(script: Vec<Step>) -> Self {
        Self::start_with(script, true).await
    }

    /// Performs `script` on each connection without reading a request: a server that is not HTTP.
    pub(crate) async fn start_deaf(script: Vec<Step>) -> Self {
        Self::start_with(script, false).await
    }

    async fn start_with(script: Vec<Step>, reads_first: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback interface works");
        let address = listener.local_addr().expect("the loopback interface works");
        let shared = Arc::new(Shared {
            script,
            reads_first,
            requests: Mutex::default(),
            n_connections: Mutex::default(),
            asked: Semaphore::new(0),
            go_on: Notify::new(),
            left: Semaphore::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().expect("no holder of the lock panics").clone()
    }

    pub(crate) fn n_connections(&self) -> usize {
        *self.shared.n_connections.lock().expect("no holder of the lock panics")
    }

    /// Waits for a request that was not waited for before.
    pub(crate) async fn asked(&self) {
        self.shared.asked.acquire().await.expect("the semaphore is never closed").forget();
    }

    /// Ends one [`Step::Wait`].
    pub(crate) fn go_on(&self) {
        self.shared.go_on.notify_one();
    }

    /// Waits until a client has gone away during a [`Step::Stall`].
    pub(crate) async fn client_left(&self) {
        self.shared.left.acquire().await.expect("the semaphore is never closed").forget();
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // The set ends every connection when the accepting task is aborted.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("the loopback interface works");
        *shared.n_connections.lock().expect("no holder of the lock panics") += 1;
        connections.spawn(serve(stream, Arc::clone(&shared)));
    }
}

/// `None` when the client is gone.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    loop {
        if shared.reads_first {
            let request = read_request(&mut stream).await?;
            shared.requests.lock().expect("no holder of the lock panics").push(request);
        }
        shared.asked.add_permits(1);
        let mut keep_alive = false;
        for step in &shared.script {
            match step {
                Step::Send(bytes) => stream.write_all(bytes).await.ok()?,
                Step::SendByteByByte(bytes) => {
                    for byte in bytes {
                        stream.write_all(&[*byte]).await.ok()?;
                        tokio::task::yield_now().await;
                    }
                }
                Step::Drip(bytes, times, pause) => {
                    for _ in 0..*times {
                        tokio::time::sleep(*pause).await;
                        stream.write_all(bytes).await.ok()?;
                    }
                }
                Step::Wait => shared.go_on.notified().await,
                Step::Stall => {
                    while matches!(stream.read(&mut [0; 64]).await, Ok(1..)) {}
                    shared.left.add_permits(1);
                }
                Step::Reset => {
                    stream.set_zero_linger().ok()?;
                    return None;
                }
                Step::KeepAlive => keep_alive = true,
            }
        }
        if !keep_alive {
            stream.shutdown().await.ok()?;
            // Closing with unread bytes would reset the connection and take the answer with it.
            while matches!(stream.read(&mut [0; 64]).await, Ok(1..)) {}
            return Some(());
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text.into_owned());
            }
        }
    }
}

/// A whole response with a length.
pub(crate) fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

/// The head of a stream that ends with its connection, and `body`.
pub(crate) fn stream(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

/// The head of a chunked stream, and `body` as its first chunk.
pub(crate) fn chunked(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
        body.len()
    )
    .into_bytes()
}
