// SPDX-License-Identifier: Apache-2.0
//! Secrets that are wiped when they go.

use std::fmt;

/// Bytes that are overwritten when they are dropped, and that no log shows. Not `Clone`: a copy is deliberate.
#[derive(Default)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes the bytes over; what they were copied from stays as it is.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Secret {
        Secret(bytes.into())
    }
    /// The texts in one, of any size, without a copy that stays behind: `Secret::joined(&["Bearer ", token])`.
    pub fn joined(parts: &[&str]) -> Secret {
        let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            bytes.extend_from_slice(part.as_bytes());
        }
        Secret(bytes)
    }
    /// The bytes.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
    /// The text, or "" of bytes that are not UTF-8.
    pub fn reveal_text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        for byte in self.0.iter_mut() {
            // Volatile: the compiler keeps a write that is never read.
            unsafe { std::ptr::write_volatile(byte, 0) };
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn parts_are_joined_and_never_shown() {
        let secret = Secret::joined(&["Bearer ", "to", "ken"]);
        assert_eq!(secret.reveal_text(), "Bearer token");
        assert_eq!(secret.reveal(), b"Bearer token");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        assert_eq!(Secret::new(vec![0xff]).reveal_text(), "");
    }
}
