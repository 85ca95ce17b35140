// SPDX-License-Identifier: Apache-2.0
//! The provider as data.

use crate::abi;
use std::os::raw::c_char;
use std::ptr::null;

pub(crate) const fn text(text: &'static str) -> abi::Str {
    abi::Str {
        data: text.as_ptr() as *const c_char,
        size: text.len(),
    }
}

/// A key of the section `providers.<id>` in config.toml. `kind`: "string", "url", "bool" or "int". `fallback` and `env`
/// may be empty.
pub const fn setting(
    key: &'static str,
    kind: &'static str,
    fallback: &'static str,
    doc: &'static str,
    env: &'static str,
    required: bool,
) -> abi::Setting {
    abi::Setting {
        struct_size: std::mem::size_of::<abi::Setting>() as u32,
        required: required as i32,
        key: text(key),
        kind: text(kind),
        fallback: text(fallback),
        doc: text(doc),
        env: text(env),
    }
}

/// Builds the descriptor as a constant.
pub struct Descriptor(abi::Descriptor);

impl Descriptor {
    /// `id`: `[a-z][a-z0-9-]{1,31}`.
    pub const fn new(id: &'static str, version: &'static str) -> Descriptor {
        Descriptor(abi::Descriptor {
            struct_size: std::mem::size_of::<abi::Descriptor>() as u32,
            flags: 0,
            id: text(id),
            version: text(version),
            title: text(id),
            note: text(""),
            order: 1000,
            interactions: 0,
            env: null(),
            env_count: 0,
            credential_env: null(),
            credential_env_count: 0,
            settings: null(),
            settings_count: 0,
            enabled_by: null(),
            enabled_by_count: 0,
            needs: null(),
            needs_count: 0,
        })
    }
    /// At most 40 characters.
    pub const fn title(mut self, title: &'static str) -> Self {
        self.0.title = text(title);
        self
    }
    /// One line for the login picker, at most 80 characters.
    pub const fn note(mut self, note: &'static str) -> Self {
        self.0.note = text(note);
        self
    }
    /// Place in picker and chain, smaller first; 1000 is usual.
    pub const fn order(mut self, order: i32) -> Self {
        self.0.order = order;
        self
    }
    /// `flag::AMBIENT`, `flag::READS_STDIN`, `flag::NO_LOGIN`, `flag::RUNTIME`.
    pub const fn flags(mut self, bits: u32) -> Self {
        self.0.flags = bits;
        self
    }
    /// `flag::INTERACTS_*`.
    pub const fn interactions(mut self, bits: u32) -> Self {
        self.0.interactions = bits;
        self
    }
    /// See [`setting`].
    pub const fn settings(mut self, settings: &'static [&'static abi::Setting]) -> Self {
        self.0.settings = settings.as_ptr();
        self.0.settings_count = settings.len();
        self
    }
    /// Environment variables that it reads; make the texts with [`Descriptor::name`].
    pub const fn env(mut self, names: &'static [abi::Str]) -> Self {
        self.0.env = names.as_ptr();
        self.0.env_count = names.len();
        self
    }
    /// Those of `env` that hold a credential by themselves.
    pub const fn credential_env(mut self, names: &'static [abi::Str]) -> Self {
        self.0.credential_env = names.as_ptr();
        self.0.credential_env_count = names.len();
        self
    }
    /// Settings or variables of which one must be set before the login is offered.
    pub const fn enabled_by(mut self, names: &'static [abi::Str]) -> Self {
        self.0.enabled_by = names.as_ptr();
        self.0.enabled_by_count = names.len();
        self
    }
    /// Beyond the services, such as "hosts=setting:url" or "threads"; shown before it is installed.
    pub const fn needs(mut self, texts: &'static [abi::Str]) -> Self {
        self.0.needs = texts.as_ptr();
        self.0.needs_count = texts.len();
        self
    }
    /// A name for the lists above.
    pub const fn name(name: &'static str) -> abi::Str {
        text(name)
    }
    #[doc(hidden)]
    pub const fn build(self) -> abi::Descriptor {
        self.0
    }
}
