//! A tracing layer that keeps every span and event, to be looked at afterwards.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// A field's value, of the type that it was recorded with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A signed number.
    I64(i64),
    /// An unsigned number, which OpenTelemetry does not have.
    U64(u64),
    /// A fraction.
    F64(f64),
    /// Yes or no.
    Bool(bool),
    /// A text.
    Text(String),
}

/// A span, with all that was recorded in its life.
#[derive(Debug, Clone, Default)]
pub struct Span {
    /// What it is called in the trace.
    pub name: String,
    /// The place of the span around it.
    pub parent: Option<usize>,
    /// Its fields.
    pub fields: BTreeMap<String, Value>,
    /// Whether it has ended.
    pub closed: bool,
}

impl Span {
    /// A text field.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.fields.get(field) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A field that is a signed number.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<i64> {
        match self.fields.get(field) {
            Some(Value::I64(number)) => Some(*number),
            _ => None,
        }
    }
}

/// The spans and events that a [`Capture`] has seen. A clone sees the same ones.
#[derive(Debug, Clone, Default)]
pub struct Spans(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    spans: Vec<Span>,
    events: Vec<BTreeMap<String, Value>>,
}

impl Spans {
    /// A layer that writes here.
    #[must_use]
    pub fn layer(&self) -> Capture {
        Capture(self.clone())
    }

    /// All spans, in the order in which they began.
    #[must_use]
    pub fn all(&self) -> Vec<Span> {
        self.lock().spans.clone()
    }

    /// All events.
    #[must_use]
    pub fn events(&self) -> Vec<BTreeMap<String, Value>> {
        self.lock().events.clone()
    }

    /// The span of this name.
    ///
    /// # Panics
    /// Where there is none, or more than one.
    #[must_use]
    pub fn one(&self, name: &str) -> Span {
        let mut found: Vec<Span> = self.named(name);
        assert_eq!(found.len(), 1, "spans named `{name}` among {:?}", self.paths());
        found.remove(0)
    }

    /// The spans of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<Span> {
        self.all().into_iter().filter(|span| span.name == name).collect()
    }

    /// Each span's name after those of the spans around it, as `outer > inner`, sorted.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let spans = self.all();
        let path = |span: &Span| {
            let mut names = vec![span.name.clone()];
            let mut parent = span.parent;
            while let Some(around) = parent.and_then(|at| spans.get(at)) {
                names.push(around.name.clone());
                parent = around.parent;
            }
            names.reverse();
            names.join(" > ")
        };
        let mut paths: Vec<String> = spans.iter().map(path).collect();
        paths.sort();
        paths
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The layer of [`Spans`].
#[derive(Debug)]
pub struct Capture(Spans);

/// A span's place among all.
struct Place(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let parent = span.parent().and_then(|parent| Some(parent.extensions().get::<Place>()?.0));
        let mut fields = Fields(BTreeMap::new());
        attributes.record(&mut fields);
        let name = match fields.0.get("otel.name") {
            Some(Value::Text(name)) => name.clone(),
            _ => span.name().to_owned(),
        };
        let mut seen = self.0.lock();
        span.extensions_mut().insert(Place(seen.spans.len()));
        seen.spans.push(Span { name, parent, fields: fields.0, closed: false });
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields(BTreeMap::new());
        record.record(&mut fields);
        self.change(id, &context, |span| span.fields.extend(fields.0));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        self.0.lock().events.push(fields.0);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.change(&id, &context, |span| span.closed = true);
    }
}

impl Capture {
    fn change<S: Subscriber + for<'a> LookupSpan<'a>>(
        &self,
        id: &Id,
        context: &Context<'_, S>,
        change: impl FnOnce(&mut Span),
    ) {
        let Some(span) = context.span(id) else { return };
        let Some(place) = span.extensions().get::<Place>().map(|place| place.0) else { return };
        if let Some(span) = self.0.lock().spans.get_mut(place) {
            change(span);
        }
    }
}

struct Fields(BTreeMap<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::F64(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::U64(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::Text(value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, Value::Text(format!("{value:?}")));
    }
}
