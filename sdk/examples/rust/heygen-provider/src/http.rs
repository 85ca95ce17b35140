// SPDX-License-Identifier: Apache-2.0
//! heygen.http/1 and heygen.loopback/1.

use crate::text::{bytes_of, bytes_view, text_of, view};
use crate::{abi, status, Call, Fail, Outcome};
use std::borrow::Cow;
use std::mem::size_of;
use std::os::raw::c_void;
use std::ptr::null;

/// What [`Call::send`] sends. What is empty or 0 has its default.
///
/// ```
/// use heygen_provider::{Call, Outcome, Request, Response};
///
/// fn ask<'a>(call: &Call<'a>, token: &str) -> Outcome<Response<'a>> {
///     call.send(&Request {
///         method: "POST",
///         url: "https://vault.example/v1/refresh",
///         body: token.as_bytes(),
///         ..Request::default()
///     })
/// }
/// ```
pub struct Request<'r> {
    /// Default "GET".
    pub method: &'r str,
    /// https, or http to loopback addresses and where the user or the manifest allows it.
    pub url: &'r str,
    /// Not Host, Content-Length or hop-by-hop ones.
    pub headers: &'r [(&'r str, &'r str)],
    /// Any bytes.
    pub body: &'r [u8],
    /// For the whole exchange; 0 means 30,000.
    pub timeout_ms: u32,
    /// Bytes of the longest response body; 0 means 1 MiB, at most 16 MiB.
    pub max_body: usize,
    /// PEM, trusted in addition to the user's CAs.
    pub extra_ca: &'r [u8],
    /// PEM, with its chain.
    pub client_certificate: &'r [u8],
    /// PEM, not encrypted; keep it in a [`Secret`](crate::Secret).
    pub client_key: &'r [u8],
    /// Path of a socket to connect to in place of the URL's host.
    pub unix_socket: &'r str,
}

impl Default for Request<'_> {
    fn default() -> Self {
        Request {
            method: "GET",
            url: "",
            headers: &[],
            body: &[],
            timeout_ms: 0,
            max_body: 0,
            extra_ca: &[],
            client_certificate: &[],
            client_key: &[],
            unix_socket: "",
        }
    }
}

pub(crate) fn send<'a>(call: &Call<'a>, service: &'a abi::Http1, request: &Request) -> Outcome<Response<'a>> {
    let field = |(name, value): &(&str, &str)| abi::Field {
        name: view(name),
        value: view(value),
        flags: 0,
        reserved: 0,
    };
    let headers: Vec<_> = request.headers.iter().map(field).collect();
    let raw = abi::HttpRequest {
        struct_size: size_of::<abi::HttpRequest>() as u32,
        timeout_ms: request.timeout_ms,
        method: view(request.method),
        url: view(request.url),
        headers: headers.as_ptr(),
        header_count: headers.len(),
        body: bytes_view(request.body),
        max_body: request.max_body,
        extra_ca: bytes_view(request.extra_ca),
        client_certificate: bytes_view(request.client_certificate),
        client_key: bytes_view(request.client_key),
        unix_socket: view(request.unix_socket),
    };
    let mut response = null();
    match (service.send)(call.raw, &raw, &mut response) {
        status::OK if !response.is_null() => Ok(Response {
            call: call.raw,
            service,
            response,
        }),
        status::OK => Err(Fail::new(status::INTERNAL, "The host returned no response.", "")),
        other => Err(Fail::status(other)), // the host has said why
    }
}

/// A complete response. Dropped, its memory goes at once: what it lends lives as long as it does.
pub struct Response<'a> {
    call: &'a abi::Call,
    service: &'a abi::Http1,
    response: *const c_void,
}

impl Response<'_> {
    /// The HTTP status.
    pub fn status(&self) -> i32 {
        (self.service.status)(self.response)
    }
    /// The body, any bytes.
    pub fn body(&self) -> &[u8] {
        unsafe { bytes_of((self.service.body)(self.response)) }.unwrap_or(&[])
    }
    /// The body, unless it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.body()).ok()
    }
    /// Fields of one name are joined by ", ".
    pub fn header(&self, name: &str) -> Option<&str> {
        unsafe { text_of((self.service.header)(self.response, view(name))) }
    }
    /// Names and values in the order received, also those that must not be joined, such as Set-Cookie.
    pub fn headers(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        let lossy = |text| String::from_utf8_lossy(unsafe { bytes_of(text) }.unwrap_or(&[]));
        let mut all = Vec::new();
        for index in 0..(self.service.header_count)(self.response) {
            let mut field = abi::Field {
                name: view(""),
                value: view(""),
                flags: 0,
                reserved: 0,
            };
            if (self.service.header_at)(self.response, index, &mut field) == status::OK {
                all.push((lossy(field.name), lossy(field.value)));
            }
        }
        all
    }
}

impl Drop for Response<'_> {
    fn drop(&mut self) {
        (self.service.release)(self.call, self.response);
    }
}

/// What the redirect of a login is registered as.
#[derive(Default)]
pub struct Redirect<'r> {
    /// Default "/callback".
    pub path: &'r str,
    /// "127.0.0.1" (default), "localhost" or `"[::1]"`.
    pub host: &'r str,
    /// 0: the system's choice.
    pub port: u16,
    /// A POST of a form in place of a GET with a query.
    pub form_post: bool,
}

/// The redirect listener (RFC 8252 §7.3). A browser that waits when it is dropped is told that the login failed.
pub struct Listener<'c, 'a> {
    pub(crate) call: &'c Call<'a>,
    pub(crate) service: &'a abi::Loopback1,
    pub(crate) listener: *mut c_void,
    pub(crate) waits: bool,
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
    /// A decoded parameter.
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
