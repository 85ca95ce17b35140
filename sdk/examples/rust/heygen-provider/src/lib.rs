// SPDX-License-Identifier: Apache-2.0
//! Credential providers for `heygen` in Rust: a safe wrapper of `heygen/provider.h` 1.0 without any dependency.
//!
//! Implement [`Provider`], describe it by a [`Descriptor`], and name both in [`heygen_provider!`]. A function that returns
//! `Ok` has succeeded; [`Fail`] ends it in a status. A panic becomes `INTERNAL` with file and line, and does not reach the
//! host. What a service returns lives as long as the [`Call`]; a [`Secret`] is wiped when it is dropped.
//!
//! ```
//! use heygen_provider::{heygen_provider, status, Call, Descriptor, Fail, Outcome, Provider, Secret};
//!
//! struct Vault;
//!
//! impl Provider for Vault {
//!     fn resolve(call: &Call) -> Outcome {
//!         let token = call.env("VAULT_TOKEN")?.ok_or_else(|| Fail::status(status::NOT_CONFIGURED))?;
//!         call.set_header("Authorization", Secret::joined(&["Bearer ", token]).reveal_text())
//!     }
//! }
//!
//! heygen_provider!(
//!     Vault,
//!     Descriptor::new("vault", "1.0.0")
//!         .title("Vault")
//!         .env(&[Descriptor::name("VAULT_TOKEN")])
//!         .credential_env(&[Descriptor::name("VAULT_TOKEN")])
//! );
//! # fn main() {}
//! ```
#![deny(missing_docs)]

pub mod abi;
mod call;
mod describe;
mod http;
mod json;
mod secret;
mod text;

pub use call::Call;
pub use describe::{setting, Descriptor};
pub use http::{Listener, Redirect, Request, Response};
pub use json::{Json, JsonWriter, Patch};
pub use secret::Secret;

/// The outcome of a provider function; the header says what the user sees of each.
#[allow(missing_docs)]
pub mod status {
    pub const OK: i32 = 0;
    pub const NOT_CONFIGURED: i32 = 1;
    pub const BROKEN: i32 = 2;
    pub const REJECTED: i32 = 3;
    pub const NEEDS_USER: i32 = 4;
    pub const TRANSIENT: i32 = 5;
    pub const USAGE: i32 = 6;
    pub const UNSUPPORTED: i32 = 7;
    pub const CANCELED: i32 = 8;
    pub const INTERNAL: i32 = 9;
}

/// Why the host calls.
#[allow(missing_docs)]
pub mod reason {
    pub const FIRST_USE: i32 = 1;
    pub const NEAR_EXPIRY: i32 = 2;
    pub const REFUSED: i32 = 3;
    pub const LOGIN: i32 = 4;
    pub const LOGOUT: i32 = 5;
    pub const REPLACED: i32 = 6;
    pub const EXPLAIN: i32 = 7;
}

/// Bits of [`Descriptor::flags`] and [`Descriptor::interactions`].
#[allow(missing_docs)]
pub mod flag {
    pub const AMBIENT: u32 = 1;
    pub const READS_STDIN: u32 = 2;
    pub const NO_LOGIN: u32 = 4;
    pub const RUNTIME: u32 = 8;
    pub const INTERACTS_TERMINAL: u32 = 1;
    pub const INTERACTS_BROWSER: u32 = 2;
}

/// Ends a provider function with a status other than `OK`. No secrets in any of it.
#[derive(Debug, Default)]
pub struct Fail {
    /// One of [`status`].
    pub status: i32,
    /// A stable machine code, such as an OAuth error code, or empty.
    pub code: String,
    /// One sentence: what happened, and to which thing. Empty: the host words the status.
    pub message: String,
    /// The next step, or empty.
    pub hint: String,
    /// When to try again, in seconds; 0 for unknown.
    pub retry_after: i32,
}

impl Fail {
    /// Without words: the host has said why, or words the status itself.
    pub fn status(status: i32) -> Fail {
        Fail {
            status,
            ..Fail::default()
        }
    }
    /// With what happened and what to do.
    pub fn new(status: i32, message: impl Into<String>, hint: impl Into<String>) -> Fail {
        Fail {
            status,
            message: message.into(),
            hint: hint.into(),
            ..Fail::default()
        }
    }
}

/// What a provider function returns.
pub type Outcome<T = ()> = Result<T, Fail>;

/// A provider. Each function is what `heygen_provider_1` says of the same name. The host calls one at a time.
pub trait Provider {
    /// From state and environment to headers.
    fn resolve(call: &Call) -> Outcome;
    /// Refreshes the stored state.
    fn refresh(_call: &Call) -> Outcome {
        Err(Fail::status(status::UNSUPPORTED))
    }
    /// A new credential from the user or stdin.
    fn login(_call: &Call) -> Outcome {
        Err(Fail::status(status::UNSUPPORTED))
    }
    /// Tells the issuer to forget the credential.
    fn revoke(_call: &Call) -> Outcome {
        Err(Fail::status(status::UNSUPPORTED))
    }
    /// What the server made of the headers: the status of the final response, and whether it took the credential.
    fn report_outcome(_call: &Call, _http_status: i32, _accepted: bool) -> Outcome {
        Ok(())
    }
}

#[doc(hidden)]
#[allow(clippy::not_unsafe_ptr_arg_deref)] // the host calls, by the rules of the header
pub mod boundary {
    use crate::{abi, status, Call, Fail, Outcome};
    use std::os::raw::c_void;
    use std::panic::{catch_unwind, AssertUnwindSafe};
    use std::ptr::null;
    use std::sync::Mutex;
    use std::thread::{self, ThreadId};

    /// Where the last panic was, and in which thread.
    static PANICKED: Mutex<Option<(ThreadId, String)>> = Mutex::new(None);

    fn place_of_panic() -> String {
        let last = PANICKED.lock().map(|mut last| last.take()).unwrap_or_default();
        match last {
            Some((thread, place)) if thread == thread::current().id() => format!(" at {place}"),
            _ => String::new(),
        }
    }

    /// Read only through its first member: what follows may not be there.
    pub(crate) unsafe fn is_whole<T>(record: *const T) -> bool {
        !record.is_null() && *(record as *const u32) as usize >= std::mem::size_of::<T>()
    }

    pub extern "C" fn init(host: *const abi::Host) -> i32 {
        if !unsafe { is_whole(host) } {
            return status::INTERNAL;
        }
        // This library has a standard library of its own, so the hook belongs to it. The host says what happened.
        std::panic::set_hook(Box::new(|panic| {
            if let (Some(place), Ok(mut last)) = (panic.location(), PANICKED.lock()) {
                *last = Some((thread::current().id(), format!("{}:{}", place.file(), place.line())));
            }
        }));
        status::OK
    }

    pub extern "C" fn deinit() {
        let _ = std::panic::take_hook();
    }

    pub extern "C" fn no_extension(_id: abi::Str) -> *const c_void {
        null()
    }

    pub fn guard_outcome(
        raw: *const abi::Call,
        outcome: *const abi::Outcome,
        function: fn(&Call, i32, bool) -> Outcome,
    ) -> i32 {
        if !unsafe { is_whole(outcome) } {
            return status::INTERNAL;
        }
        let outcome = unsafe { &*outcome };
        guard(raw, |call| function(call, outcome.http_status, outcome.accepted != 0))
    }

    pub fn guard(raw: *const abi::Call, function: impl Fn(&Call) -> Outcome) -> i32 {
        let call = match unsafe { Call::from_raw(raw) } {
            Some(call) => call,
            None => return status::INTERNAL,
        };
        let ended = catch_unwind(AssertUnwindSafe(|| function(&call)));
        let fail = match ended {
            Ok(Ok(())) => return status::OK,
            Ok(Err(fail)) => fail,
            Err(panic) => {
                let words = panic.downcast_ref::<&str>().map(|text| text.to_string());
                let words = words
                    .or_else(|| panic.downcast_ref::<String>().cloned())
                    .unwrap_or_default();
                Fail::new(
                    status::INTERNAL,
                    format!("It panicked{}: {words}", place_of_panic()),
                    "",
                )
            }
        };
        call.report(&fail);
        if fail.status == status::OK {
            status::INTERNAL
        } else {
            fail.status
        }
    }
}

/// Once in a `cdylib`: exports `heygen_provider_entry` for a type that implements [`Provider`] and a [`Descriptor`].
#[macro_export]
macro_rules! heygen_provider {
    ($provider:ty, $descriptor:expr) => {
        const _: () = {
            use std::mem::size_of;
            use std::os::raw::c_void;
            use $crate::{abi, boundary, Provider};

            static DESCRIPTOR: abi::Descriptor = $descriptor.build();
            extern "C" fn resolve(call: *const abi::Call) -> i32 {
                boundary::guard(call, <$provider as Provider>::resolve)
            }
            extern "C" fn refresh(call: *const abi::Call) -> i32 {
                boundary::guard(call, <$provider as Provider>::refresh)
            }
            extern "C" fn login(call: *const abi::Call) -> i32 {
                boundary::guard(call, <$provider as Provider>::login)
            }
            extern "C" fn revoke(call: *const abi::Call) -> i32 {
                boundary::guard(call, <$provider as Provider>::revoke)
            }
            extern "C" fn report_outcome(call: *const abi::Call, outcome: *const abi::Outcome) -> i32 {
                boundary::guard_outcome(call, outcome, <$provider as Provider>::report_outcome)
            }
            static API: abi::Provider1 = abi::Provider1 {
                struct_size: size_of::<abi::Provider1>() as u32,
                reserved: 0,
                descriptor: &DESCRIPTOR,
                resolve,
                refresh,
                login,
                revoke,
                report_outcome: Some(report_outcome),
                get_extension: Some(boundary::no_extension),
            };
            extern "C" fn get_api(major: u32) -> *const c_void {
                if major == 1 {
                    &API as *const abi::Provider1 as *const c_void
                } else {
                    std::ptr::null()
                }
            }
            #[no_mangle]
            #[allow(non_upper_case_globals)]
            pub static heygen_provider_entry: abi::Entry = abi::Entry {
                struct_size: size_of::<abi::Entry>() as u32,
                min_major: 1,
                max_major: 1,
                reserved: 0,
                init: boundary::init,
                deinit: boundary::deinit,
                get_api,
            };
        };
    };
}
