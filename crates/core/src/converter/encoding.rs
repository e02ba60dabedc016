//! The text's bytes or characters, written as digits.

use std::fmt::Write as _;

use data_encoding::{BASE32, BASE64, HEXLOWER};

pub(super) fn base64(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

pub(super) fn base32(text: &str) -> String {
    BASE32.encode(text.as_bytes())
}

pub(super) fn hex(text: &str) -> String {
    HEXLOWER.encode(text.as_bytes())
}

pub(super) fn binary(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:08b}")).collect::<Vec<_>>().join(" ")
}

/// Every byte, also those that a URL could hold as they are.
pub(super) fn url(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    })
}

/// Every character, also those that HTML could hold as they are.
pub(super) fn html_entities(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        let _ = write!(out, "&#{};", u32::from(c));
        out
    })
}
