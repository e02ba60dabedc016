//! Spans in OpenTelemetry's protocol (OTLP 1.x, protobuf): the messages and fields of it that we fill. Pure.
//!
//! The numbers are those of `opentelemetry/proto/trace/v1/trace.proto` and `common/v1/common.proto`, and never change.

use jiff::Timestamp;
use prost::{Message, Oneof};

use super::spans::{Attribute, Note, Span, Value};

/// A request to take spans, as bytes.
pub(super) fn request(spans: &[Span]) -> Vec<u8> {
    let named = [("service.name", Value::from("arena")), ("service.version", env!("CARGO_PKG_VERSION").into())];
    let resource = Resource { attributes: named.iter().map(KeyValue::from).collect() };
    let scope = Scope { name: "arena".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let scope_spans = ScopeSpans { scope: Some(scope), spans: spans.iter().map(SpanMessage::from).collect() };
    let resource_spans = ResourceSpans { resource: Some(resource), scope_spans: vec![scope_spans] };
    Request { resource_spans: vec![resource_spans] }.encode_to_vec()
}

/// `ExportTraceServiceRequest`.
#[derive(Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Message)]
struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Message)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

#[derive(Message)]
struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    spans: Vec<SpanMessage>,
}

/// `InstrumentationScope`.
#[derive(Message)]
struct Scope {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
}

/// `Span`.
#[derive(Message)]
struct SpanMessage {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(int32, tag = "6")]
    kind: i32,
    #[prost(fixed64, tag = "7")]
    start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<KeyValue>,
    #[prost(message, repeated, tag = "11")]
    events: Vec<EventMessage>,
    #[prost(message, optional, tag = "15")]
    status: Option<Status>,
}

/// `Span.Event`.
#[derive(Message)]
struct EventMessage {
    #[prost(fixed64, tag = "1")]
    time_unix_nano: u64,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<KeyValue>,
}

#[derive(Message)]
struct Status {
    #[prost(int32, tag = "3")]
    code: i32,
}

#[derive(Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Message)]
struct AnyValue {
    #[prost(oneof = "Any", tags = "1, 3, 5")]
    value: Option<Any>,
}

#[derive(Oneof)]
enum Any {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(int64, tag = "3")]
    Number(i64),
    #[prost(message, tag = "5")]
    Several(ArrayValue),
}

#[derive(Message)]
struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    values: Vec<AnyValue>,
}

impl From<&Span> for SpanMessage {
    fn from(span: &Span) -> Self {
        /// `SpanKind`.
        const INTERNAL: i32 = 1;
        const CLIENT: i32 = 3;
        /// `StatusCode`.
        const ERROR: i32 = 2;
        let error = span.error.map(|error| ("error.type", Value::from(error)));
        Self {
            trace_id: span.trace.to_vec(),
            span_id: span.id.to_vec(),
            parent_span_id: span.parent.map_or_else(Vec::new, |id| id.to_vec()),
            name: span.name.clone(),
            kind: if span.is_remote { CLIENT } else { INTERNAL },
            start_time_unix_nano: nanoseconds(span.from),
            end_time_unix_nano: nanoseconds(span.to),
            attributes: span.attributes.iter().chain(&error).map(KeyValue::from).collect(),
            events: span.notes.iter().map(EventMessage::from).collect(),
            status: span.error.map(|_| Status { code: ERROR }),
        }
    }
}

impl From<&Note> for EventMessage {
    fn from(note: &Note) -> Self {
        let attributes = note.attributes.iter().map(KeyValue::from).collect();
        Self { time_unix_nano: nanoseconds(note.at), name: note.name.to_owned(), attributes }
    }
}

impl From<&Attribute> for KeyValue {
    fn from((key, value): &Attribute) -> Self {
        let any = |text: &String| AnyValue { value: Some(Any::Text(text.clone())) };
        let value = match value {
            Value::Text(text) => any(text),
            Value::Number(number) => AnyValue { value: Some(Any::Number(*number)) },
            Value::Texts(texts) => {
                AnyValue { value: Some(Any::Several(ArrayValue { values: texts.iter().map(any).collect() })) }
            }
        };
        Self { key: (*key).to_owned(), value: Some(value) }
    }
}

fn nanoseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_nanosecond()).unwrap_or(0)
}
