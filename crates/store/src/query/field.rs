//! What a query looks at in a document: a place and the type of what is there. Pure.

use std::cmp::Ordering;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Comparison, Filter, JsonPath, Pattern};

/// A value of one type at one place, such as `Field<String>` for the text at `status`.
///
/// A document that has nothing there, `null`, or a value of another type, is without it.
#[derive(Debug)]
pub struct Field<T> {
    path: JsonPath,
    of: PhantomData<T>,
}

/// What a field may hold: texts, numbers, and true or false.
pub trait Simple: Into<Scalar> {
    /// Its type.
    const TYPE: Type;
}

/// The type of a simple value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Compared byte by byte.
    Text,
    /// Compared as 64-bit floats.
    Number,
    /// `false` comes before `true`.
    Flag,
}

/// A simple value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Flag(bool),
    /// One that is not finite equals nothing and lies on no side of anything.
    Number(f64),
    /// Any text.
    Text(String),
}

/// A [`Field`] whose type is known while the program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Where to look.
    pub path: JsonPath,
    /// What to look for.
    pub of: Type,
}

impl Simple for String {
    const TYPE: Type = Type::Text;
}

impl Simple for f64 {
    const TYPE: Type = Type::Number;
}

impl Simple for bool {
    const TYPE: Type = Type::Flag;
}

impl<T: Simple> Field<T> {
    /// The field at a place that the program's own text spells: see [`JsonPath::at`].
    pub const fn at(path: &'static str) -> Self {
        Self { path: JsonPath::at(path), of: PhantomData }
    }

    /// The same, for lists of fields of several types.
    pub fn column(&self) -> Column {
        Column { path: self.path.clone(), of: T::TYPE }
    }

    /// Documents where it is `value`.
    pub fn is(&self, value: impl Into<T>) -> Filter {
        self.compare(Comparison::Is, value)
    }

    /// Documents where it is one of the values. None of none.
    pub fn any_of<V: Into<T>>(&self, values: impl IntoIterator<Item = V>) -> Filter {
        Filter::AnyOf(self.column(), values.into_iter().map(|value| value.into().into()).collect())
    }

    /// Documents where it is less than `value`.
    pub fn below(&self, value: impl Into<T>) -> Filter {
        self.compare(Comparison::Below, value)
    }

    /// Documents where it is `value` or less.
    pub fn at_most(&self, value: impl Into<T>) -> Filter {
        self.compare(Comparison::AtMost, value)
    }

    /// Documents where it is more than `value`.
    pub fn above(&self, value: impl Into<T>) -> Filter {
        self.compare(Comparison::Above, value)
    }

    /// Documents where it is `value` or more.
    pub fn at_least(&self, value: impl Into<T>) -> Filter {
        self.compare(Comparison::AtLeast, value)
    }

    /// Documents without it.
    pub fn absent(&self) -> Filter {
        Filter::Absent(self.column())
    }

    fn compare(&self, comparison: Comparison, value: impl Into<T>) -> Filter {
        Filter::Compare(self.column(), comparison, value.into().into())
    }
}

impl Field<String> {
    /// Documents where it looks like this.
    pub fn like(&self, pattern: Pattern) -> Filter {
        Filter::Like(self.path.clone(), pattern)
    }
}

impl Column {
    /// What `body` has there.
    pub fn value(&self, body: &Value) -> Option<Scalar> {
        let found = self.path.keys().try_fold(body, |value, key| value.as_object()?.get(key))?;
        match self.of {
            Type::Text => found.as_str().map(Scalar::from),
            Type::Number => found.as_f64().map(Scalar::from),
            Type::Flag => found.as_bool().map(Scalar::from),
        }
    }
}

impl Scalar {
    /// Its type.
    pub fn of(&self) -> Type {
        match self {
            Self::Text(_) => Type::Text,
            Self::Number(_) => Type::Number,
            Self::Flag(_) => Type::Flag,
        }
    }

    /// Which of two values of one type is less; `None` for two types, and for a number that is not finite.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Number(one), Self::Number(other)) if one.is_finite() && other.is_finite() => one.partial_cmp(other),
            (Self::Flag(one), Self::Flag(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Scalar {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Scalar {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
