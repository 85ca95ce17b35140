// SPDX-License-Identifier: Apache-2.0
//! `heygen/provider.h` 1.0, member by member. The header says what each of them means; sizes are checked by the tests of
//! this crate against the ones that are stated for version 1.0.
#![allow(missing_docs)]

use std::os::raw::{c_char, c_void};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const c_char,
    pub size: usize,
}

// A view of constant text; mutable data is never behind it.
unsafe impl Sync for Str {}

pub type Status = i32;
pub type Time = i64;

#[repr(C)]
pub struct Sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub set_header: extern "C" fn(*const Call, Str, Str, u32) -> Status,
    pub set_state: extern "C" fn(*const Call, Str) -> Status,
    pub set_type: extern "C" fn(*const Call, Str) -> Status,
    pub set_source: extern "C" fn(*const Call, Str) -> Status,
    pub set_scope: extern "C" fn(*const Call, Str) -> Status,
    pub set_expiry: extern "C" fn(*const Call, Time) -> Status,
    pub set_refreshable: extern "C" fn(*const Call, i32) -> Status,
    pub set_reach: extern "C" fn(*const Call, i32) -> Status,
    pub fail: extern "C" fn(*const Call, Str, Str, Str, i32) -> Status,
}

#[repr(C)]
pub struct Call {
    pub struct_size: u32,
    pub host_major: u32,
    pub host: *mut c_void,
    pub sink: *const Sink,
    pub get_extension: extern "C" fn(*const Call, Str) -> *const c_void,
    pub reason: i32,
    pub interaction: i32,
    pub now: Time,
    pub host_version: Str,
    pub api_base: Str,
    pub method: Str,
    pub path: Str,
    pub profile: Str,
    pub www_authenticate: Str,
    pub state: Str,
}

#[repr(C)]
pub struct Setting {
    pub struct_size: u32,
    pub required: i32,
    pub key: Str,
    pub kind: Str,
    pub fallback: Str,
    pub doc: Str,
    pub env: Str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Descriptor {
    pub struct_size: u32,
    pub flags: u32,
    pub id: Str,
    pub version: Str,
    pub title: Str,
    pub note: Str,
    pub order: i32,
    pub interactions: u32,
    pub env: *const Str,
    pub env_count: usize,
    pub credential_env: *const Str,
    pub credential_env_count: usize,
    pub settings: *const &'static Setting,
    pub settings_count: usize,
    pub enabled_by: *const Str,
    pub enabled_by_count: usize,
    pub needs: *const Str,
    pub needs_count: usize,
}

unsafe impl Sync for Descriptor {}

#[repr(C)]
pub struct Outcome {
    pub struct_size: u32,
    pub http_status: i32,
    pub accepted: i32,
    pub reserved: i32,
}

pub type Function = extern "C" fn(*const Call) -> Status;

#[repr(C)]
pub struct Provider1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub descriptor: *const Descriptor,
    pub resolve: Function,
    pub refresh: Function,
    pub login: Function,
    pub revoke: Function,
    pub report_outcome: Option<extern "C" fn(*const Call, *const Outcome) -> Status>,
    pub get_extension: Option<extern "C" fn(Str) -> *const c_void>,
}

unsafe impl Sync for Provider1 {}

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub major: u32,
    pub version: Str,
    pub context: *mut c_void,
    pub get_extension: extern "C" fn(*mut c_void, Str) -> *const c_void,
}

#[repr(C)]
pub struct Entry {
    pub struct_size: u32,
    pub min_major: u32,
    pub max_major: u32,
    pub reserved: u32,
    pub init: extern "C" fn(*const Host) -> Status,
    pub deinit: extern "C" fn(),
    pub get_api: extern "C" fn(u32) -> *const c_void,
}

#[repr(C)]
pub struct Field {
    pub name: Str,
    pub value: Str,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct HttpRequest {
    pub struct_size: u32,
    pub timeout_ms: u32,
    pub method: Str,
    pub url: Str,
    pub headers: *const Field,
    pub header_count: usize,
    pub body: Str,
    pub max_body: usize,
    pub extra_ca: Str,
    pub client_certificate: Str,
    pub client_key: Str,
    pub unix_socket: Str,
}

#[repr(C)]
pub struct Http1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub send: extern "C" fn(*const Call, *const HttpRequest, *mut *const c_void) -> Status,
    pub status: extern "C" fn(*const c_void) -> i32,
    pub body: extern "C" fn(*const c_void) -> Str,
    pub header: extern "C" fn(*const c_void, Str) -> Str,
    pub header_count: extern "C" fn(*const c_void) -> usize,
    pub header_at: extern "C" fn(*const c_void, usize, *mut Field) -> Status,
    pub release: extern "C" fn(*const Call, *const c_void),
    pub form_encode: extern "C" fn(*const Call, Str) -> Str,
}

#[repr(C)]
pub struct Json1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub parse: extern "C" fn(*const Call, Str) -> *const c_void,
    pub kind: extern "C" fn(*const c_void) -> i32,
    pub size: extern "C" fn(*const c_void) -> usize,
    pub member: extern "C" fn(*const c_void, Str) -> *const c_void,
    pub at: extern "C" fn(*const c_void, usize) -> *const c_void,
    pub name_at: extern "C" fn(*const c_void, usize) -> Str,
    pub text: extern "C" fn(*const c_void) -> Str,
    pub int64: extern "C" fn(*const c_void, *mut i64) -> Status,
    pub quote: extern "C" fn(*const Call, Str) -> Str,
    pub writer: extern "C" fn(*const Call) -> *mut c_void,
    pub begin_object: extern "C" fn(*mut c_void) -> Status,
    pub begin_array: extern "C" fn(*mut c_void) -> Status,
    pub end: extern "C" fn(*mut c_void) -> Status,
    pub name: extern "C" fn(*mut c_void, Str) -> Status,
    pub put_string: extern "C" fn(*mut c_void, Str) -> Status,
    pub put_int64: extern "C" fn(*mut c_void, i64) -> Status,
    pub put_bool: extern "C" fn(*mut c_void, i32) -> Status,
    pub put_null: extern "C" fn(*mut c_void) -> Status,
    pub put_value: extern "C" fn(*mut c_void, *const c_void) -> Status,
    pub finish: extern "C" fn(*mut c_void) -> Str,
}

#[repr(C)]
pub struct Hash1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub sha256: extern "C" fn(Str, *mut u8),
    pub sha384: extern "C" fn(Str, *mut u8),
    pub sha512: extern "C" fn(Str, *mut u8),
    pub hmac_sha256: extern "C" fn(Str, Str, *mut u8),
    pub base64url: extern "C" fn(*const Call, Str) -> Str,
    pub base64url_decode: extern "C" fn(*const Call, Str, *mut Str) -> Status,
    pub equal: extern "C" fn(Str, Str) -> i32,
}

#[repr(C)]
pub struct Random1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub fill: extern "C" fn(*const Call, *mut u8, usize) -> Status,
}

#[repr(C)]
pub struct Clock1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub now: extern "C" fn(*const Call) -> Time,
    pub monotonic_ms: extern "C" fn(*const Call) -> i64,
    pub wait_ms: extern "C" fn(*const Call, u32) -> Status,
    pub format: extern "C" fn(*const Call, Time) -> Str,
    pub parse: extern "C" fn(*const Call, Str, *mut Time) -> Status,
}

#[repr(C)]
pub struct LoopbackOptions {
    pub struct_size: u32,
    pub mode: i32,
    pub path: Str,
    pub host: Str,
    pub port: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Loopback1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub open: extern "C" fn(*const Call, *const LoopbackOptions, *mut *mut c_void) -> Status,
    pub redirect_uri: extern "C" fn(*const c_void) -> Str,
    pub wait: extern "C" fn(*const Call, *mut c_void, u32) -> Status,
    pub param: extern "C" fn(*const c_void, Str) -> Str,
    pub respond: extern "C" fn(*const Call, *mut c_void, i32, Str) -> Status,
}

#[repr(C)]
pub struct Browser1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub allowed: extern "C" fn(*const Call) -> i32,
    pub open: extern "C" fn(*const Call, Str) -> Status,
}

#[repr(C)]
pub struct Terminal1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub interactive: extern "C" fn(*const Call) -> i32,
    pub notice: extern "C" fn(*const Call, Str) -> Status,
    pub prompt: extern "C" fn(*const Call, Str, *mut Str) -> Status,
    pub secret: extern "C" fn(*const Call, Str, *mut Str) -> Status,
    pub menu: extern "C" fn(*const Call, Str, *const Str, usize, *mut usize) -> Status,
}

#[repr(C)]
pub struct Settings1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub get: extern "C" fn(*const Call, Str, *mut Str) -> Status,
    pub env: extern "C" fn(*const Call, Str, *mut Str) -> Status,
}

#[repr(C)]
pub struct Log1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub write: extern "C" fn(*const Call, i32, Str),
}

#[repr(C)]
pub struct Cancel1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub canceled: extern "C" fn(*const Call) -> i32,
    pub descriptor: extern "C" fn(*const Call) -> isize,
}

#[repr(C)]
pub struct Cache1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub get: extern "C" fn(*const Call, Str, *mut Str, *mut Time) -> Status,
    pub put: extern "C" fn(*const Call, Str, Str, Time) -> Status,
    pub drop: extern "C" fn(*const Call, Str) -> Status,
}

#[repr(C)]
pub struct Request1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub method: extern "C" fn(*const Call) -> Str,
    pub url: extern "C" fn(*const Call) -> Str,
    pub body_sha256: extern "C" fn(*const Call, *mut u8) -> Status,
    pub refusal_header: extern "C" fn(*const Call, Str) -> Str,
}

#[repr(C)]
pub struct Key1 {
    pub struct_size: u32,
    pub reserved: u32,
    pub create: extern "C" fn(*const Call, Str, Str) -> Status,
    pub public_jwk: extern "C" fn(*const Call, Str, *mut Str) -> Status,
    pub thumbprint: extern "C" fn(*const Call, Str, *mut Str) -> Status,
    pub sign: extern "C" fn(*const Call, Str, Str, *mut Str) -> Status,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::size_of;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn every_struct_has_the_size_that_version_1_0_states() {
        let stated = include_str!("../../../../../tests/abi/layout_1_0.def");
        let sizes = [
            ("heygen_str", size_of::<Str>()),
            ("heygen_sink", size_of::<Sink>()),
            ("heygen_call", size_of::<Call>()),
            ("heygen_setting", size_of::<Setting>()),
            ("heygen_descriptor", size_of::<Descriptor>()),
            ("heygen_outcome", size_of::<Outcome>()),
            ("heygen_provider_1", size_of::<Provider1>()),
            ("heygen_host", size_of::<Host>()),
            ("heygen_provider_entry_v", size_of::<Entry>()),
            ("heygen_field", size_of::<Field>()),
            ("heygen_http_request", size_of::<HttpRequest>()),
            ("heygen_http_1_v", size_of::<Http1>()),
            ("heygen_json_1_v", size_of::<Json1>()),
            ("heygen_hash_1_v", size_of::<Hash1>()),
            ("heygen_random_1_v", size_of::<Random1>()),
            ("heygen_clock_1_v", size_of::<Clock1>()),
            ("heygen_loopback_options", size_of::<LoopbackOptions>()),
            ("heygen_loopback_1_v", size_of::<Loopback1>()),
            ("heygen_browser_1_v", size_of::<Browser1>()),
            ("heygen_terminal_1_v", size_of::<Terminal1>()),
            ("heygen_settings_1_v", size_of::<Settings1>()),
            ("heygen_log_1_v", size_of::<Log1>()),
            ("heygen_cancel_1_v", size_of::<Cancel1>()),
            ("heygen_cache_1_v", size_of::<Cache1>()),
            ("heygen_request_1_v", size_of::<Request1>()),
            ("heygen_key_1_v", size_of::<Key1>()),
        ];
        assert_eq!(stated.matches("\nSIZE(").count(), sizes.len());
        for (name, size) in sizes {
            assert!(
                stated.contains(&format!("\nSIZE({name}, {size})\n")),
                "{name} has {size} bytes"
            );
        }
    }
}
