//! The content of a document, as text. Pure.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// The content of a document: JSON, to the letter as it stands in the database. Read once, as what it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Body(Box<RawValue>);

impl Body {
    /// The JSON of plain data.
    ///
    /// # Panics
    /// If `data` has no JSON: a map whose keys are no texts.
    pub fn of(data: &impl Serialize) -> Self {
        Self(serde_json::value::to_raw_value(data).expect("it is plain data"))
    }

    /// The text of a row, if it is JSON.
    pub(crate) fn stored(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// What it tells.
    ///
    /// # Errors
    /// If it is JSON of something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text())
    }

    pub(crate) fn into_text(self) -> String {
        Box::<str>::from(self.0).into_string()
    }
}

impl PartialEq for Body {
    /// Whether the texts are the same.
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl From<Value> for Body {
    fn from(value: Value) -> Self {
        Self::of(&value)
    }
}
