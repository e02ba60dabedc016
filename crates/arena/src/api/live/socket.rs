//! `GET /ws`: a WebSocket on which topics come and go. Nothing is changed through it.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use arena_core::id::Seq;
use arena_core::view::Audience;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, sleep_until, timeout};

use super::super::app::App;
use super::super::problem::{self, Code, Problem};
use super::pulse::{Due, Pulse};
use super::socket_words::{Said, Says};
use super::{MAX_TOPICS, subscribe};
use crate::access::Caller;
use crate::causes::in_one_line;
use crate::live::{Delivery, End, Pace, Subscription, Topic};

/// The longest that a client has to say, bytes.
const MAX_SAID_BYTES: usize = 8 << 10;

/// Read at once from a socket. The usual 128 KiB would be most of what a client costs.
const READ_BYTES: usize = 4 << 10;

/// A client may say so much within [`TALK_WINDOW`].
const MAX_TALK: usize = 50;
const TALK_WINDOW: Duration = Duration::from_secs(20);

/// A client that takes nothing for so long is gone.
const STALL: Duration = Duration::from_secs(30);

/// A client that is too slow so often within [`RESYNC_WINDOW`] is closed.
const MAX_RESYNCS: usize = 3;
const RESYNC_WINDOW: Duration = Duration::from_mins(1);

/// Why a socket is closed: the code, and a word. RFC 6455, section 7.4.
#[derive(Clone, Copy)]
enum Close {
    Normal,
    GoingAway,
    Unsupported,
    Policy,
    Broken,
    Slow,
    Expired,
}

impl Close {
    fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Normal => (1000, "bye"),
            Self::GoingAway => (1001, "the server closes; come back"),
            Self::Unsupported => (1003, "only text is read here"),
            Self::Policy => (1008, "too much was said"),
            Self::Broken => (1011, "the server cannot go on"),
            Self::Expired => (4001, "the token counts no longer"),
            Self::Slow => (4008, "too slow; read over HTTP, then come back"),
        };
        CloseFrame { code, reason: Utf8Bytes::from_static(reason) }
    }
}

/// Watch over a WebSocket
///
/// Say `{"t":"sub","topic":"match:ID","since":0}`, `{"t":"unsub","topic":...}`, `{"t":"ping"}`. Frames are the envelopes of a
/// match's events, and others without a `seq`, which may be missed; everything else has a `t`.
#[utoipa::path(
    get, path = "/ws", tag = "live", operation_id = "socket",
    responses(
        (status = 101, description = "The WebSocket is open"),
        (status = 400, description = "It is no WebSocket handshake", body = problem::Document, content_type = problem::MEDIA_TYPE),
    )
)]
pub(in crate::api) async fn socket(
    State(app): State<App>,
    caller: Caller,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|error| Problem::new(Code::InvalidParameter, error.body_text()))?;
    let upgrade = upgrade.max_message_size(MAX_SAID_BYTES).max_frame_size(MAX_SAID_BYTES).read_buffer_size(READ_BYTES);
    Ok(upgrade.on_upgrade(|socket| Talk::new(app, caller, socket).run()))
}

/// One client.
struct Talk {
    app: App,
    caller: Caller,
    socket: WebSocket,
    subscriptions: Vec<Subscription>,
    /// When the client said its last things.
    said: VecDeque<Instant>,
    /// When it was too slow.
    resyncs: VecDeque<Instant>,
    pulse: Pulse,
    pace: Pace,
}

impl Talk {
    fn new(app: App, caller: Caller, socket: WebSocket) -> Self {
        Self {
            app,
            caller,
            socket,
            subscriptions: vec![],
            said: VecDeque::new(),
            resyncs: VecDeque::new(),
            pulse: Pulse::new(Instant::now()),
            pace: Pace::default(),
        }
    }

    async fn run(mut self) {
        let close = self.talk().await;
        if let Err(close) = close {
            let bye = Message::Close(Some(close.frame()));
            // Whoever is gone needs no good-bye.
            let _ = timeout(STALL, self.socket.send(bye)).await;
        }
    }

    /// Talks until somebody goes. `Ok` if the client is gone.
    async fn talk(&mut self) -> Result<(), Close> {
        let mut closing = self.app.live().closing();
        let (door, caller) = (Arc::clone(self.app.door()), self.caller.clone());
        let mut expired = pin!(door.until_worthless(&caller));
        loop {
            let (when, due) = self.pulse.next();
            tokio::select! {
                said = self.socket.next() => match said {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                    Some(Ok(message)) => self.hear(message).await?,
                },
                coming = self.pace.next_of(&mut self.subscriptions) => {
                    for (topic, delivery) in coming {
                        self.deliver(topic, delivery).await?;
                    }
                    self.flush().await?;
                }
                () = sleep_until(when) => match due {
                    Due::Ask => self.ask().await?,
                    Due::GiveUp => return Err(Close::GoingAway),
                },
                () = async { drop(closing.wait_for(|closing| *closing).await) } => return Err(Close::GoingAway),
                () = &mut expired => return Err(Close::Expired),
            }
        }
    }

    /// Asks whether the client is there: in words for scripts, which see no pings, and by a ping, which every library answers.
    async fn ask(&mut self) -> Result<(), Close> {
        self.pulse.asked(Instant::now());
        in_time(self.socket.feed(Message::Ping(Bytes::new()))).await?;
        self.say(&Says::Ping).await
    }

    async fn hear(&mut self, message: Message) -> Result<(), Close> {
        self.pulse.heard(Instant::now());
        if is_too_often(&mut self.said, MAX_TALK, TALK_WINDOW) {
            return Err(Close::Policy);
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::Unsupported),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        match serde_json::from_str(&text) {
            Ok(Said::Sub { topic, since, audience }) => {
                self.subscribe(&topic, Seq(since), audience.map(Audience::from)).await
            }
            Ok(Said::Unsub { topic }) => {
                self.subscriptions.retain(|subscription| subscription.topic.to_string() != topic);
                self.say(&Says::Unsubscribed { topic: &topic }).await
            }
            Ok(Said::Ping) => self.say(&Says::Pong).await,
            Ok(Said::Pong) => Ok(()),
            Err(error) => self.say(&Says::Error { topic: None, code: Code::Invalid, detail: error.to_string() }).await,
        }
    }

    async fn subscribe(&mut self, text: &str, since: Seq, audience: Option<Audience>) -> Result<(), Close> {
        let refused = |code, detail| Says::Error { topic: Some(text), code, detail };
        let topic: Topic = match text.parse() {
            Ok(topic) => topic,
            Err(error) => return self.say(&refused(Code::Invalid, format!("{error}"))).await,
        };
        self.subscriptions.retain(|subscription| subscription.topic != topic);
        if self.subscriptions.len() >= MAX_TOPICS {
            let detail = format!("at most {MAX_TOPICS} topics come over one socket");
            return self.say(&refused(Code::Invalid, detail)).await;
        }
        match subscribe(&self.app, &self.caller, topic, audience, since).await {
            Ok(subscription) => {
                self.say(&Says::Subscribed { topic: text, from: subscription.after() }).await?;
                self.subscriptions.push(subscription);
                Ok(())
            }
            Err(problem) => self.say(&refused(problem.code(), problem.detail().to_owned())).await,
        }
    }

    /// Writes what came of `topic`; it goes out with the next flush.
    async fn deliver(&mut self, topic: Topic, delivery: Result<Delivery, crate::live::Error>) -> Result<(), Close> {
        match delivery {
            Ok(Delivery::Frames(frames)) => self.feed(frames.into_iter().map(|frame| frame.text)).await,
            Ok(Delivery::Asides(texts)) => self.feed(texts.into_iter()).await,
            Ok(Delivery::Lagged) => {
                let from = self.leave(topic).unwrap_or_default();
                if is_too_often(&mut self.resyncs, MAX_RESYNCS, RESYNC_WINDOW) {
                    return Err(Close::Slow);
                }
                self.say(&Says::Resync { topic: &topic.to_string(), from }).await
            }
            Ok(Delivery::Ended(End::Over)) => {
                self.leave(topic);
                self.say(&Says::Ended { topic: &topic.to_string() }).await
            }
            Ok(Delivery::Ended(End::Broken)) => Err(Close::Broken),
            Err(error) => {
                tracing::error!("a socket cannot go on: {}", in_one_line(&error));
                Err(Close::Broken)
            }
        }
    }

    /// Watches `topic` no longer; the last event of it that was given out.
    fn leave(&mut self, topic: Topic) -> Option<Seq> {
        let i = self.subscriptions.iter().position(|subscription| subscription.topic == topic)?;
        self.subscriptions.remove(i).after()
    }

    async fn say(&mut self, says: &Says<'_>) -> Result<(), Close> {
        let text = serde_json::to_string(says).expect("words are plain data");
        self.feed([text.into()].into_iter()).await?;
        self.flush().await
    }

    /// Writes all of it; what does not go out by itself does so with the next flush.
    async fn feed(&mut self, texts: impl Iterator<Item = Utf8Bytes>) -> Result<(), Close> {
        let socket = &mut self.socket;
        let feed = async {
            for text in texts {
                socket.feed(Message::Text(text)).await?;
            }
            Ok(())
        };
        in_time(feed).await
    }

    async fn flush(&mut self) -> Result<(), Close> {
        in_time(self.socket.flush()).await
    }
}

/// Waits until the client has taken it.
async fn in_time(sent: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Close> {
    match timeout(STALL, sent).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Close::Normal),
        Err(_) => Err(Close::Slow),
    }
}

/// Counts one more in `times`; whether that is more than `max` within `window`.
fn is_too_often(times: &mut VecDeque<Instant>, max: usize, window: Duration) -> bool {
    let now = Instant::now();
    times.push_back(now);
    while times.front().is_some_and(|first| now.duration_since(*first) > window) {
        times.pop_front();
    }
    times.len() > max
}
