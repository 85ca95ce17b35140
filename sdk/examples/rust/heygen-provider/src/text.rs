// SPDX-License-Identifier: Apache-2.0
//! Views of text and bytes, to and from the host.

use crate::abi;
use std::os::raw::c_char;

pub(crate) fn view(text: &str) -> abi::Str {
    bytes_view(text.as_bytes())
}

pub(crate) fn bytes_view(bytes: &[u8]) -> abi::Str {
    abi::Str {
        data: bytes.as_ptr() as *const c_char,
        size: bytes.len(),
    }
}

/// The lifetime is the caller's promise: the host keeps what it returned until the provider function ends.
pub(crate) unsafe fn bytes_of<'a>(text: abi::Str) -> Option<&'a [u8]> {
    if text.data.is_null() {
        return None;
    }
    Some(std::slice::from_raw_parts(text.data as *const u8, text.size))
}

pub(crate) unsafe fn text_of<'a>(text: abi::Str) -> Option<&'a str> {
    bytes_of(text).and_then(|bytes| std::str::from_utf8(bytes).ok())
}
