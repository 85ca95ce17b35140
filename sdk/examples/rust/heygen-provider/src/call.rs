// SPDX-License-Identifier: Apache-2.0
//! One call into the provider: what the host asks, where the answer goes, and the host's services.

use crate::boundary::is_whole;
use crate::{abi, status, Fail, Outcome};
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::ptr::{null, null_mut};

fn view(text: &str) -> abi::Str {
    bytes_view(text.as_bytes())
}

fn bytes_view(bytes: &[u8]) -> abi::Str {
    abi::Str {
        data: bytes.as_ptr() as *const c_char,
        size: bytes.len(),
    }
}

/// The lifetime is the caller's promise: the host keeps what it returned until the provider function ends.
unsafe fn bytes_of<'a>(text: abi::Str) -> Option<&'a [u8]> {
    if text.data.is_null() {
        return None;
    }
    Some(std::slice::from_raw_parts(text.data as *const u8, text.size))
}

unsafe fn text_of<'a>(text: abi::Str) -> Option<&'a str> {
    bytes_of(text).and_then(|bytes| std::str::from_utf8(bytes).ok())
}

/// What the host hands to a provider function, for as long as that runs.
pub struct Call<'a> {
    raw: &'a abi::Call,
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

    // ---- What the host asks ----

    /// One of `reason`.
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
    /// "https://api.heygen.com", without a final '/'.
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
    /// See [`Patch`]. Only for refresh and login: from others it is dropped.
    pub fn set_state(&self, patch: &Patch) -> Outcome {
        self.accept((self.sink().set_state)(self.raw, view(&patch.text)), "state")
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
    pub fn parse(&self, text: &str) -> Outcome<Json<'a>> {
        let service = self.json_service()?;
        Ok(Json {
            service,
            value: (service.parse)(self.raw, view(text)),
        })
    }
    /// text as a JSON string, quotes included.
    pub fn quote(&self, text: &str) -> Outcome<&'a str> {
        Ok(unsafe { text_of((self.json_service()?.quote)(self.raw, view(text))) }.unwrap_or("\"\""))
    }
    /// One exchange with the host's proxies and CAs; whatever the response's status is. `timeout_ms` 0: 30 s.
    pub fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
        timeout_ms: u32,
    ) -> Outcome<Response<'a>> {
        let service = self.http_service()?;
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| abi::Field {
                name: view(name),
                value: view(value),
                flags: 0,
                reserved: 0,
            })
            .collect();
        let request = abi::HttpRequest {
            struct_size: size_of::<abi::HttpRequest>() as u32,
            timeout_ms,
            method: view(method),
            url: view(url),
            headers: headers.as_ptr(),
            header_count: headers.len(),
            body: view(body),
            max_body: 0,
            extra_ca: view(""),
            client_certificate: view(""),
            client_key: view(""),
            unix_socket: view(""),
        };
        let mut response = null();
        match (service.send)(self.raw, &request, &mut response) {
            status::OK if !response.is_null() => Ok(Response { service, response }),
            status::OK => Err(Fail::new(status::INTERNAL, "The host returned no response.", "")),
            other => Err(Fail::status(other)), // the host has said why
        }
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
    /// In time that depends only on the sizes.
    pub fn equal(&self, left: &[u8], right: &[u8]) -> Outcome<bool> {
        Ok((self.hash_service()?.equal)(bytes_view(left), bytes_view(right)) != 0)
    }
    /// Bytes of the system's generator, at most 4096.
    pub fn random_bytes(&self, size: usize) -> Outcome<Vec<u8>> {
        let mut bytes = vec![0; size];
        match (self.random_service()?.fill)(self.raw, bytes.as_mut_ptr(), size) {
            status::OK => Ok(bytes),
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
        Ok((status == status::OK).then(|| time))
    }
    /// The redirect listener of a native app, open until it is dropped. Only during a login.
    pub fn listen(&self, path: &str) -> Outcome<Listener<'_, 'a>> {
        let service = self.loopback_service()?;
        let options = abi::LoopbackOptions {
            struct_size: size_of::<abi::LoopbackOptions>() as u32,
            mode: 0,
            path: view(path),
            host: view(""),
            port: 0,
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
    fn ask(
        &self,
        function: extern "C" fn(*const abi::Call, abi::Str, *mut abi::Str) -> i32,
        text: &str,
    ) -> Outcome<&'a str> {
        let mut answer = abi::Str { data: null(), size: 0 };
        match function(self.raw, view(text), &mut answer) {
            status::OK => unsafe { text_of(answer) }
                .ok_or_else(|| Fail::new(status::USAGE, "The input is not valid UTF-8.", "")),
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
}

/// A value inside a parsed document, or nothing. Every question may be asked of nothing: it answers like null.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    service: &'a abi::Json1,
    value: *const c_void,
}

impl<'a> Json<'a> {
    /// A member of an object.
    pub fn get(&self, name: &str) -> Json<'a> {
        self.found(if self.value.is_null() {
            null()
        } else {
            (self.service.member)(self.value, view(name))
        })
    }
    /// An element of an array, or a member's value by position.
    pub fn at(&self, index: usize) -> Json<'a> {
        self.found(if index < self.len() {
            (self.service.at)(self.value, index)
        } else {
            null()
        })
    }
    fn found(&self, value: *const c_void) -> Json<'a> {
        Json {
            service: self.service,
            value,
        }
    }
    /// Elements of an array or members of an object, else 0.
    pub fn len(&self) -> usize {
        if self.value.is_null() {
            0
        } else {
            (self.service.size)(self.value)
        }
    }
    /// len() is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// There is a value, be it null.
    pub fn exists(&self) -> bool {
        !self.value.is_null()
    }
    /// It is a string.
    pub fn is_string(&self) -> bool {
        const STRING: i32 = 3;
        self.exists() && (self.service.kind)(self.value) == STRING
    }
    /// A string's text, a number as it was written, "true" or "false".
    pub fn text(&self) -> Option<&'a str> {
        if self.value.is_null() {
            return None;
        }
        unsafe { text_of((self.service.text)(self.value)) }
    }
    /// The whole part of a number, or of a string that is one, if it fits.
    pub fn int64(&self) -> Option<i64> {
        let mut number = 0;
        let fits = !self.value.is_null() && (self.service.int64)(self.value, &mut number) == status::OK;
        fits.then(|| number)
    }
}

/// A complete response.
pub struct Response<'a> {
    service: &'a abi::Http1,
    response: *const c_void,
}

impl<'a> Response<'a> {
    /// The HTTP status.
    pub fn status(&self) -> i32 {
        (self.service.status)(self.response)
    }
    /// The body; "" when it is not UTF-8.
    pub fn body(&self) -> &'a str {
        unsafe { text_of((self.service.body)(self.response)) }.unwrap_or("")
    }
    /// Fields of one name are joined by ", ".
    pub fn header(&self, name: &str) -> Option<&'a str> {
        unsafe { text_of((self.service.header)(self.response, view(name))) }
    }
}

/// The redirect listener (RFC 8252 §7.3). A browser that waits when it is dropped is told that the login failed.
pub struct Listener<'c, 'a> {
    call: &'c Call<'a>,
    service: &'a abi::Loopback1,
    listener: *mut c_void,
    waits: bool,
}

impl<'c, 'a> Listener<'c, 'a> {
    /// Use it byte for byte, twice.
    pub fn redirect_uri(&self) -> &'a str {
        unsafe { text_of((self.service.redirect_uri)(self.listener)) }.unwrap_or("")
    }
    /// True: the parameters are there and the browser waits. False: the browser did not return in time.
    pub fn wait(&mut self, timeout_ms: u32) -> Outcome<bool> {
        let status = (self.service.wait)(self.call.raw, self.listener, timeout_ms);
        self.waits = status == status::OK;
        match status {
            status::OK => Ok(true),
            status::TRANSIENT => Ok(false),
            other => Err(Fail::status(other)),
        }
    }
    /// A decoded query parameter.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        unsafe { text_of((self.service.param)(self.listener, view(name))) }
    }
    /// The page that the user sees, and the end of listening.
    pub fn respond(&mut self, success: bool, message: &str) {
        self.waits = false;
        (self.service.respond)(self.call.raw, self.listener, success as i32, view(message));
    }
}

impl Drop for Listener<'_, '_> {
    fn drop(&mut self) {
        if self.waits {
            self.respond(false, "");
        }
    }
}

/// Builds the JSON merge patch (RFC 7396) of [`Call::set_state`]; wiped when it is dropped.
pub struct Patch<'c, 'a> {
    call: &'c Call<'a>,
    text: String,
}

impl<'c, 'a> Patch<'c, 'a> {
    /// Changes nothing yet.
    pub fn new(call: &'c Call<'a>) -> Patch<'c, 'a> {
        let mut text = String::with_capacity(4096);
        text.push_str("{}");
        Patch { call, text }
    }
    /// Sets a member to a text.
    pub fn text(self, name: &str, value: &str) -> Outcome<Patch<'c, 'a>> {
        let quoted = self.call.quote(value)?;
        self.member(name, quoted)
    }
    /// Sets a member to a number.
    pub fn number(self, name: &str, value: i64) -> Outcome<Patch<'c, 'a>> {
        self.member(name, &value.to_string())
    }
    /// Removes a member.
    pub fn remove(self, name: &str) -> Outcome<Patch<'c, 'a>> {
        self.member(name, "null")
    }
    fn member(mut self, name: &str, json: &str) -> Outcome<Patch<'c, 'a>> {
        let name = self.call.quote(name)?;
        self.text.pop();
        if self.text.len() > 1 {
            self.text.push(',');
        }
        for part in [name, ":", json, "}"] {
            self.text.push_str(part);
        }
        Ok(self)
    }
}

impl Drop for Patch<'_, '_> {
    fn drop(&mut self) {
        for byte in unsafe { self.text.as_bytes_mut() } {
            unsafe { std::ptr::write_volatile(byte, 0) };
        }
    }
}
