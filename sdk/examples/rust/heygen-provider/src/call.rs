// SPDX-License-Identifier: Apache-2.0
//! One call into the provider: what the host asks, where the answer goes, and the host's services.

use crate::boundary::is_whole;
use crate::http::send;
use crate::text::{bytes_of, bytes_view, text_of, view};
use crate::{abi, status, Fail, Json, JsonWriter, Listener, Outcome, Patch, Redirect, Request, Response, Secret};
use std::marker::PhantomData;
use std::mem::size_of;
use std::ptr::{null, null_mut};

/// What the host hands to a provider function, for as long as that runs.
pub struct Call<'a> {
    pub(crate) raw: &'a abi::Call,
}

macro_rules! service {
    ($name:ident, $type:ty, $id:literal) => {
        fn $name(&self) -> Outcome<&'a $type> {
            let found = (self.raw.get_extension)(self.raw, view($id)) as *const $type;
            let fits = !found.is_null() && unsafe { (*found).struct_size } as usize >= size_of::<$type>();
            if fits {
                return Ok(unsafe { &*found });
            }
            Err(Fail::new(
                status::UNSUPPORTED,
                concat!("This version of heygen lacks the service ", $id, "."),
                "Update heygen.",
            ))
        }
    };
}

impl<'a> Call<'a> {
    /// None for a call that is smaller than version 1.0 had.
    pub(crate) unsafe fn from_raw(raw: *const abi::Call) -> Option<Call<'a>> {
        let whole = is_whole(raw) && is_whole((*raw).sink);
        whole.then(|| Call { raw: &*raw })
    }

    pub(crate) fn report(&self, fail: &Fail) {
        if fail.message.is_empty() && fail.code.is_empty() {
            return;
        }
        (self.sink().fail)(
            self.raw,
            view(&fail.code),
            view(&fail.message),
            view(&fail.hint),
            fail.retry_after,
        );
    }

    fn sink(&self) -> &abi::Sink {
        unsafe { &*self.raw.sink }
    }
    fn accept(&self, status: i32, what: &str) -> Outcome {
        if status == status::OK {
            return Ok(());
        }
        Err(Fail::new(
            status::INTERNAL,
            format!("The host refused the provider's {what}."),
            "",
        ))
    }

    service!(http_service, abi::Http1, "heygen.http/1");
    service!(json_service, abi::Json1, "heygen.json/1");
    service!(hash_service, abi::Hash1, "heygen.hash/1");
    service!(random_service, abi::Random1, "heygen.random/1");
    service!(clock_service, abi::Clock1, "heygen.clock/1");
    service!(loopback_service, abi::Loopback1, "heygen.loopback/1");
    service!(browser_service, abi::Browser1, "heygen.browser/1");
    service!(terminal_service, abi::Terminal1, "heygen.terminal/1");
    service!(settings_service, abi::Settings1, "heygen.settings/1");
    service!(log_service, abi::Log1, "heygen.log/1");
    service!(cancel_service, abi::Cancel1, "heygen.cancel/1");
    service!(cache_service, abi::Cache1, "heygen.cache/1");
    service!(request_service, abi::Request1, "heygen.request/1");
    service!(key_service, abi::Key1, "heygen.key/1");

    // ---- What the host asks ----

    /// One of [`reason`](crate::reason); an unknown one counts as `FIRST_USE`.
    pub fn reason(&self) -> i32 {
        self.raw.reason
    }
    /// The host's clock at the start of the call, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.raw.now
    }
    /// The user may be asked: always, or because a terminal is there.
    pub fn may_ask(&self) -> Outcome<bool> {
        Ok(self.raw.interaction == 2 || (self.raw.interaction == 1 && self.interactive()?))
    }
    /// "1.0.0".
    pub fn host_version(&self) -> &'a str {
        unsafe { text_of(self.raw.host_version) }.unwrap_or("")
    }
    /// The account that the user chose by name, "" being the usual one.
    pub fn profile(&self) -> &'a str {
        unsafe { text_of(self.raw.profile) }.unwrap_or("")
    }
    /// The URL of the API, such as `https://api.heygen.com`, without a final slash.
    pub fn api_base(&self) -> &'a str {
        unsafe { text_of(self.raw.api_base) }.unwrap_or("")
    }
    /// The method and path of the request, "" when there is none.
    pub fn request(&self) -> (&'a str, &'a str) {
        unsafe {
            (
                text_of(self.raw.method).unwrap_or(""),
                text_of(self.raw.path).unwrap_or(""),
            )
        }
    }
    /// Of the 401, "" otherwise.
    pub fn www_authenticate(&self) -> &'a str {
        unsafe { text_of(self.raw.www_authenticate) }.unwrap_or("")
    }
    /// The stored state, an object.
    pub fn state(&self) -> Outcome<Json<'a>> {
        self.parse(unsafe { text_of(self.raw.state) }.unwrap_or("{}"))
    }

    // ---- The answer ----

    /// A secret request header.
    pub fn set_header(&self, name: &str, value: &str) -> Outcome {
        self.accept((self.sink().set_header)(self.raw, view(name), view(value), 1), "header")
    }
    /// See [`Patch`]. Only for login, and for refresh of a state that is not empty.
    pub fn set_state(&self, mut patch: Patch<'a>) -> Outcome {
        patch.0.end()?;
        self.accept((self.sink().set_state)(self.raw, view(patch.0.finish()?)), "state")
    }
    /// A patch that changes nothing yet.
    pub fn patch(&self) -> Outcome<Patch<'a>> {
        let mut writer = self.write_json()?;
        writer.begin_object()?;
        Ok(Patch(writer))
    }
    /// "api_key", "oauth" or a word of your own.
    pub fn set_type(&self, kind: &str) -> Outcome {
        self.accept((self.sink().set_type)(self.raw, view(kind)), "type")
    }
    /// "env", "file" or a word of your own.
    pub fn set_source(&self, source: &str) -> Outcome {
        self.accept((self.sink().set_source)(self.raw, view(source)), "source")
    }
    /// Granted scope, separated by spaces.
    pub fn set_scope(&self, scope: &str) -> Outcome {
        self.accept((self.sink().set_scope)(self.raw, view(scope)), "scope")
    }
    /// When the headers stop working.
    pub fn set_expiry(&self, at: i64) -> Outcome {
        self.accept((self.sink().set_expiry)(self.raw, at), "expiry")
    }
    /// refresh() can refresh this credential without the user.
    pub fn set_refreshable(&self, on: bool) -> Outcome {
        self.accept((self.sink().set_refreshable)(self.raw, on as i32), "refreshable")
    }
    /// The answer is valid for this request only.
    pub fn for_this_request_only(&self) -> Outcome {
        self.accept((self.sink().set_reach)(self.raw, 1), "reach")
    }

    // ---- Services ----

    /// Nothing inside when the text is not a JSON document.
    pub fn parse(&self, text: impl AsRef<[u8]>) -> Outcome<Json<'a>> {
        let service = self.json_service()?;
        Ok(Json {
            service,
            value: (service.parse)(self.raw, bytes_view(text.as_ref())),
        })
    }
    /// A new document.
    pub fn write_json(&self) -> Outcome<JsonWriter<'a>> {
        let service = self.json_service()?;
        Ok(JsonWriter {
            service,
            writer: (service.writer)(self.raw),
            call: PhantomData,
        })
    }
    /// text as a JSON string, quotes included.
    pub fn quote(&self, text: &str) -> Outcome<&'a str> {
        Ok(unsafe { text_of((self.json_service()?.quote)(self.raw, view(text))) }.unwrap_or("\"\""))
    }
    /// One exchange with the host's proxies and CAs; whatever the response's status is.
    pub fn send(&self, request: &Request) -> Outcome<Response<'a>> {
        send(self, self.http_service()?, request)
    }
    /// application/x-www-form-urlencoded of one name or value.
    pub fn form_encode(&self, text: &str) -> Outcome<&'a str> {
        Ok(unsafe { text_of((self.http_service()?.form_encode)(self.raw, view(text))) }.unwrap_or(""))
    }
    /// SHA-256.
    pub fn sha256(&self, data: &[u8]) -> Outcome<[u8; 32]> {
        let mut digest = [0; 32];
        (self.hash_service()?.sha256)(bytes_view(data), digest.as_mut_ptr());
        Ok(digest)
    }
    /// SHA-384.
    pub fn sha384(&self, data: &[u8]) -> Outcome<[u8; 48]> {
        let mut digest = [0; 48];
        (self.hash_service()?.sha384)(bytes_view(data), digest.as_mut_ptr());
        Ok(digest)
    }
    /// SHA-512.
    pub fn sha512(&self, data: &[u8]) -> Outcome<[u8; 64]> {
        let mut digest = [0; 64];
        (self.hash_service()?.sha512)(bytes_view(data), digest.as_mut_ptr());
        Ok(digest)
    }
    /// HMAC with SHA-256 (RFC 2104).
    pub fn hmac_sha256(&self, key: &[u8], data: &[u8]) -> Outcome<[u8; 32]> {
        let mut digest = [0; 32];
        (self.hash_service()?.hmac_sha256)(bytes_view(key), bytes_view(data), digest.as_mut_ptr());
        Ok(digest)
    }
    /// Without padding (RFC 4648 §5).
    pub fn base64url(&self, data: &[u8]) -> Outcome<&'a str> {
        Ok(unsafe { text_of((self.hash_service()?.base64url)(self.raw, bytes_view(data))) }.unwrap_or(""))
    }
    /// None for text that is not base64url, with or without padding.
    pub fn base64url_decode(&self, text: &str) -> Outcome<Option<&'a [u8]>> {
        let mut data = abi::Str { data: null(), size: 0 };
        let status = (self.hash_service()?.base64url_decode)(self.raw, view(text), &mut data);
        Ok((status == status::OK).then(|| unsafe { bytes_of(data) }.unwrap_or(&[])))
    }
    /// In time that depends only on the sizes.
    pub fn equal(&self, left: &[u8], right: &[u8]) -> Outcome<bool> {
        Ok((self.hash_service()?.equal)(bytes_view(left), bytes_view(right)) != 0)
    }
    /// Bytes of the system's generator, at most 4096.
    pub fn random_bytes(&self, size: usize) -> Outcome<Secret> {
        let mut bytes = vec![0; size];
        match (self.random_service()?.fill)(self.raw, bytes.as_mut_ptr(), size) {
            status::OK => Ok(Secret::new(bytes)),
            other => Err(Fail::new(other, "The system gave no random bytes.", "")),
        }
    }
    /// Ends early with CANCELED as soon as the user stops the command.
    pub fn wait_ms(&self, milliseconds: u32) -> Outcome {
        match (self.clock_service()?.wait_ms)(self.raw, milliseconds) {
            status::OK => Ok(()),
            other => Err(Fail::status(other)),
        }
    }
    /// Milliseconds from an arbitrary start that never step back.
    pub fn monotonic_ms(&self) -> Outcome<i64> {
        Ok((self.clock_service()?.monotonic_ms)(self.raw))
    }
    /// Seconds since 1970 as RFC 3339.
    pub fn format_time(&self, time: i64) -> Outcome<&'a str> {
        Ok(unsafe { text_of((self.clock_service()?.format)(self.raw, time)) }.unwrap_or(""))
    }
    /// RFC 3339 with any offset.
    pub fn parse_time(&self, text: &str) -> Outcome<Option<i64>> {
        let mut time = 0;
        let status = (self.clock_service()?.parse)(self.raw, view(text), &mut time);
        Ok((status == status::OK).then_some(time))
    }
    /// The redirect listener of a native app, open until it is dropped. Only during a login.
    pub fn listen(&self, redirect: &Redirect) -> Outcome<Listener<'_, 'a>> {
        let service = self.loopback_service()?;
        let options = abi::LoopbackOptions {
            struct_size: size_of::<abi::LoopbackOptions>() as u32,
            mode: redirect.form_post as i32,
            path: view(redirect.path),
            host: view(redirect.host),
            port: redirect.port as u32,
            reserved: 0,
        };
        let mut listener = null_mut();
        match (service.open)(self.raw, &options, &mut listener) {
            status::OK => Ok(Listener {
                call: self,
                service,
                listener,
                waits: false,
            }),
            other => Err(Fail::status(other)),
        }
    }
    /// Whether the user allows browsers.
    pub fn browser_allowed(&self) -> Outcome<bool> {
        Ok((self.browser_service()?.allowed)(self.raw) != 0)
    }
    /// False: not allowed, or none is installed. Print the URL first.
    pub fn open_browser(&self, url: &str) -> Outcome<bool> {
        match (self.browser_service()?.open)(self.raw, view(url)) {
            status::CANCELED => Err(Fail::status(status::CANCELED)),
            other => Ok(other == status::OK),
        }
    }
    /// stdin is a terminal.
    pub fn interactive(&self) -> Outcome<bool> {
        Ok((self.terminal_service()?.interactive)(self.raw) != 0)
    }
    /// A line for the user, on stderr.
    pub fn notice(&self, line: &str) -> Outcome {
        (self.terminal_service()?.notice)(self.raw, view(line));
        Ok(())
    }
    /// One echoed line.
    pub fn prompt(&self, question: &str) -> Outcome<&'a str> {
        self.ask(self.terminal_service()?.prompt, question)
    }
    /// Hidden on a terminal; from a pipe all of stdin, up to 64 KiB.
    pub fn secret(&self, question: &str) -> Outcome<&'a str> {
        self.ask(self.terminal_service()?.secret, question)
    }
    /// The index of the item that the user picks, such as a role or an account; a single one is not asked for.
    pub fn menu(&self, title: &str, items: &[&str], suggested: usize) -> Outcome<usize> {
        let items: Vec<_> = items.iter().map(|item| view(item)).collect();
        let mut chosen = suggested;
        match (self.terminal_service()?.menu)(self.raw, view(title), items.as_ptr(), items.len(), &mut chosen) {
            status::OK => Ok(chosen),
            other => Err(Fail::status(other)),
        }
    }
    fn ask(
        &self,
        function: extern "C" fn(*const abi::Call, abi::Str, *mut abi::Str) -> i32,
        text: &str,
    ) -> Outcome<&'a str> {
        let mut answer = abi::Str { data: null(), size: 0 };
        match function(self.raw, view(text), &mut answer) {
            status::OK => {
                unsafe { text_of(answer) }.ok_or_else(|| Fail::new(status::USAGE, "The input is not valid UTF-8.", ""))
            }
            other => Err(Fail::status(other)),
        }
    }
    /// A declared setting: its variable, else the key of config.toml, else its fallback.
    pub fn setting(&self, key: &str) -> Outcome<Option<&'a str>> {
        self.look_up(self.settings_service()?.get, key)
    }
    /// A declared environment variable that is set and not empty.
    pub fn env(&self, name: &str) -> Outcome<Option<&'a str>> {
        self.look_up(self.settings_service()?.env, name)
    }
    fn look_up(
        &self,
        function: extern "C" fn(*const abi::Call, abi::Str, *mut abi::Str) -> i32,
        name: &str,
    ) -> Outcome<Option<&'a str>> {
        let mut value = abi::Str { data: null(), size: 0 };
        match function(self.raw, view(name), &mut value) {
            status::OK => Ok(unsafe { text_of(value) }),
            status::NOT_CONFIGURED => Ok(None),
            other => Err(Fail::status(other)),
        }
    }
    /// Level 0 debug, 1 info, 2 warning (always shown). No secrets.
    pub fn log(&self, level: i32, line: &str) {
        if let Ok(service) = self.log_service() {
            (service.write)(self.raw, level, view(line));
        }
    }
    /// The user stopped the command: return CANCELED within 200 ms.
    pub fn canceled(&self) -> Outcome<bool> {
        Ok((self.cancel_service()?.canceled)(self.raw) != 0)
    }
    /// Polls readable once canceled; never read from or close it.
    pub fn cancel_descriptor(&self) -> Outcome<isize> {
        Ok((self.cancel_service()?.descriptor)(self.raw))
    }

    // ---- The cache, the request, and keys ----

    /// What [`Call::cache_put`] kept, and when it expires.
    pub fn cache_get(&self, key: &str) -> Outcome<Option<(&'a [u8], i64)>> {
        let mut value = abi::Str { data: null(), size: 0 };
        let mut expires_at = 0;
        match (self.cache_service()?.get)(self.raw, view(key), &mut value, &mut expires_at) {
            status::OK => Ok(Some((unsafe { bytes_of(value) }.unwrap_or(&[]), expires_at))),
            status::NOT_CONFIGURED => Ok(None),
            other => Err(Fail::status(other)),
        }
    }
    /// Keeps what the provider derived and may lose, until it expires or state, settings or variables change.
    pub fn cache_put(&self, key: &str, value: &[u8], expires_at: i64) -> Outcome {
        self.done((self.cache_service()?.put)(
            self.raw,
            view(key),
            bytes_view(value),
            expires_at,
        ))
    }
    /// Removes an entry.
    pub fn cache_drop(&self, key: &str) -> Outcome {
        self.done((self.cache_service()?.drop)(self.raw, view(key)))
    }
    /// The method of the API request that the credential is for, "" when there is none.
    pub fn request_method(&self) -> Outcome<&'a str> {
        Ok(unsafe { text_of((self.request_service()?.method)(self.raw)) }.unwrap_or(""))
    }
    /// The URL of this attempt.
    pub fn request_url(&self) -> Outcome<&'a str> {
        Ok(unsafe { text_of((self.request_service()?.url)(self.raw)) }.unwrap_or(""))
    }
    /// SHA-256 of the body, unless it is not known, such as of a file that is streamed.
    pub fn request_body_sha256(&self) -> Outcome<Option<[u8; 32]>> {
        let mut digest = [0; 32];
        match (self.request_service()?.body_sha256)(self.raw, digest.as_mut_ptr()) {
            status::OK => Ok(Some(digest)),
            status::NOT_CONFIGURED => Ok(None),
            other => Err(Fail::status(other)),
        }
    }
    /// A header of the response that made the host ask again, such as DPoP-Nonce.
    pub fn refusal_header(&self, name: &str) -> Outcome<Option<&'a str>> {
        Ok(unsafe { text_of((self.request_service()?.refusal_header)(self.raw, view(name))) })
    }
    /// A new private key, which the host keeps: "ES256" or "Ed25519". Only in a login.
    pub fn key_create(&self, name: &str, algorithm: &str) -> Outcome {
        self.done((self.key_service()?.create)(self.raw, view(name), view(algorithm)))
    }
    /// The public key as a JSON Web Key; None without a key of that name.
    pub fn key_public_jwk(&self, name: &str) -> Outcome<Option<&'a str>> {
        self.look_up(self.key_service()?.public_jwk, name)
    }
    /// Its thumbprint (RFC 7638).
    pub fn key_thumbprint(&self, name: &str) -> Outcome<Option<&'a str>> {
        self.look_up(self.key_service()?.thumbprint, name)
    }
    /// The signature as a JWS has it, 64 bytes.
    pub fn key_sign(&self, name: &str, data: &[u8]) -> Outcome<&'a [u8]> {
        let mut signature = abi::Str { data: null(), size: 0 };
        self.done((self.key_service()?.sign)(
            self.raw,
            view(name),
            bytes_view(data),
            &mut signature,
        ))?;
        Ok(unsafe { bytes_of(signature) }.unwrap_or(&[]))
    }
    fn done(&self, status: i32) -> Outcome {
        match status {
            status::OK => Ok(()),
            other => Err(Fail::status(other)),
        }
    }
}
