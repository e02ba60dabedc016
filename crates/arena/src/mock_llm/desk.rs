//! One request from its arrival to its response: key, fault, latency, limit, answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::StreamExt as _;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::http::{Request, StatusCode};
use tokio::time::{sleep, timeout};

use super::answer::Answer;
use super::breakage::{Cut, interrupted, steps};
use super::connection::Link;
use super::dice::Dice;
use super::events::Form;
use super::fault::{Fault, Mute, Place, What};
use super::limits::Limits;
use super::options::Options;
use super::question::{BadQuestion, Question};
use super::refusal::{Refusal, WaitForm};
use super::reply::Reply;
use super::route::{Asked, Route, key};
use super::rule::drawn;
use super::stats::{Book, Stats};

/// A larger question is refused.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// So much of it is still read, so that who sends it gets to see why: a close over unread bytes is a reset.
const MAX_READ_BYTES: usize = 4 * MAX_BODY_BYTES;

/// A body that takes longer to arrive is not waited for.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The header that asks for a fault.
const FAULT_HEADER: &str = "x-mock-fault";

/// What all requests share.
#[derive(Debug)]
pub(super) struct Desk {
    options: Options,
    limits: Limits,
    book: Book,
}

impl Desk {
    pub(super) fn new(options: Options, book: Book) -> Self {
        Self { limits: Limits::new(options.requests_per_minute), options, book }
    }

    pub(super) fn router(self) -> Router {
        // The APIs may have any prefix, which no route can say: they are told apart by the end of the path.
        Router::new().route("/stats", get(stats).delete(reset)).fallback(receive).with_state(Arc::new(self))
    }

    async fn answer(&self, asked: &Asked, parts: &Parts, body: Body, mut reply: Reply) -> Response {
        let number = reply.visit.question_number();
        let body = match timeout(BODY_TIMEOUT, read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(refusal)) => return reply.refuse(&refusal),
            Err(_) => return reply.refuse(&Refusal::RequestTimeout),
        };
        let question = match asked.read(&body) {
            Ok(question) => question,
            Err(BadQuestion(why)) => return reply.refuse(&Refusal::BadQuestion(why)),
        };
        reply.is_about(&question);
        let fault = match self.fault(parts, &question, number) {
            Ok(fault) => fault,
            Err(why) => return reply.refuse(&Refusal::BadQuestion(why)),
        };
        if let Some(fault) = &fault {
            reply.visit.met(fault.name);
        }
        let latency = self.latency(number);
        if !latency.is_zero() {
            sleep(latency).await;
        }
        let standing = self.limits.take(Instant::now());
        match fault.map(|fault| fault.what) {
            Some(What::Refuse(refusal)) => reply.refuse(&refusal),
            Some(What::Page(page)) => reply.page(&page),
            Some(What::RefuseInside(Place::Body, refusal)) => reply.refuse_in_200(&refusal),
            Some(What::Mute(Mute::Reset)) => {
                reply.link.cut(Cut::Reset);
                std::future::pending().await
            }
            Some(What::Mute(Mute::Stall(None))) => std::future::pending().await,
            _ if standing.is_over => {
                reply.stands(standing, question.n_input_tokens);
                reply.refuse(&Refusal::RateLimit(WaitForm::Vendor, standing.reset))
            }
            what => {
                reply.stands(standing, question.n_input_tokens);
                self.write(&question, reply, what).await
            }
        }
    }

    /// Answers, with what is wrong with the answer.
    async fn write(&self, question: &Question, mut reply: Reply, what: Option<What>) -> Response {
        let twist = if let Some(What::Twist(twist)) = &what { Some(twist) } else { None };
        let answer = Answer::new(question, &self.options, twist);
        let written = reply.vendor.write(question, &answer, twist);
        let form = written.form;
        match (what, form) {
            (Some(What::RefuseInside(Place::Middle, refusal)), Form::Stream(framing)) => {
                let error = reply.error_in(framing, &refusal);
                reply.play(form, interrupted(written, error))
            }
            (Some(What::RefuseInside(_, refusal)), _) => reply.refuse_first(form, &refusal),
            (what, _) => {
                if let Some(What::Mute(Mute::Stall(Some(pause)))) = what {
                    sleep(pause).await;
                }
                let breakage = if let Some(What::Break(breakage)) = &what { Some(breakage) } else { None };
                reply.visit.took(answer.n_input_tokens, answer.n_output_tokens);
                reply.is_broken_by(breakage);
                reply.play(form, steps(written, breakage, self.options.between_tokens))
            }
        }
    }

    /// The fault that this request asks for, by header or by its model, or that the rules have for it.
    fn fault(&self, parts: &Parts, question: &Question, number: u64) -> Result<Option<Fault>, String> {
        if let Some(asked) = parts.headers.get(FAULT_HEADER) {
            let asked = asked.to_str().map_err(|_| format!("{FAULT_HEADER} is no text"))?;
            return Fault::parse(asked).map(Some);
        }
        if let Some(fault) = Fault::of_model(&question.model) {
            return fault.map(Some);
        }
        Ok(drawn(&self.options.faults, &self.options.seed, number).cloned())
    }

    fn latency(&self, number: u64) -> Duration {
        let jitter_us = u64::try_from(self.options.latency_jitter.as_micros()).unwrap_or(u64::MAX);
        if jitter_us == 0 {
            return self.options.latency;
        }
        let mut dice = Dice::new(&self.options.seed, "latency", &[&number.to_string()]);
        self.options.latency + Duration::from_micros(dice.below(jitter_us.saturating_add(1)))
    }
}

async fn stats(State(desk): State<Arc<Desk>>) -> Json<Stats> {
    Json(desk.book.stats())
}

async fn reset(State(desk): State<Arc<Desk>>) -> StatusCode {
    desk.book.reset();
    StatusCode::NO_CONTENT
}

async fn receive(State(desk): State<Arc<Desk>>, Extension(link): Extension<Link>, request: Request<Body>) -> Response {
    let route = Route::of(request.method(), request.uri(), request.headers());
    let vendor = route.vendor();
    let reply = Reply::new(vendor, &desk.options, desk.book.enter(route.label()), link);
    let (parts, body) = request.into_parts();
    let has_key = desk.options.key.as_ref().is_none_or(|right| right.is(key(vendor, &parts.uri, &parts.headers)));
    match route {
        Route::Nothing(_) => reply.refuse(&Refusal::NoSuchPath),
        Route::Models(_) | Route::Ask(_) if !has_key => reply.refuse(&Refusal::WrongKey),
        Route::Models(_) => reply.json(StatusCode::OK, &vendor.models()),
        Route::Ask(asked) => desk.answer(&asked, &parts, body, reply).await,
    }
}

/// The whole body, if it is not too large.
async fn read(body: Body) -> Result<Bytes, Refusal> {
    let mut pieces = body.into_data_stream();
    let (mut all, mut size_bytes) = (Vec::new(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::BadQuestion("the body broke off".to_owned()))?;
        size_bytes += piece.len();
        if size_bytes > MAX_READ_BYTES {
            break;
        }
        if size_bytes <= MAX_BODY_BYTES {
            all.extend_from_slice(&piece);
        }
    }
    if size_bytes > MAX_BODY_BYTES { Err(Refusal::BodyTooLarge) } else { Ok(all.into()) }
}
