// SPDX-License-Identifier: Apache-2.0
//! A bearer token that the user pastes at login and that a server of your own refreshes and revokes: the C example
//! `minimal`, in Rust.

use heygen_provider::{
    flag, heygen_provider, setting, status, Call, Descriptor, Fail, Outcome, Provider, Request, Response, Secret,
};

struct PastedToken;

/// POSTs the token to `<url>/<action>`; 5xx is the server's trouble, other refusals are the token's.
fn post<'a>(call: &Call<'a>, action: &str, token: &str) -> Outcome<Response<'a>> {
    let url = call
        .setting("url")?
        .ok_or_else(|| Fail::new(status::USAGE, "providers.pasted-token.url is not set.", ""))?;
    let response = call.send(&Request {
        method: "POST",
        url: &format!("{url}/{action}"),
        body: token.as_bytes(),
        ..Request::default()
    })?;
    match response.status() {
        200 => Ok(response),
        500..=599 => Err(Fail::new(
            status::TRANSIENT,
            format!("{url} is in trouble."),
            "Try again in a moment.",
        )),
        _ => Err(Fail::new(status::REJECTED, "The token is no longer valid.", "")),
    }
}

fn stored<'a>(call: &Call<'a>) -> Outcome<&'a str> {
    let token = call.state()?.get("token");
    if !token.exists() {
        return Err(Fail::status(status::NOT_CONFIGURED));
    }
    match token.text() {
        Some(text) if token.is_string() => Ok(text),
        _ => Err(Fail::new(
            status::BROKEN,
            "The stored token is not a string.",
            "Log in again.",
        )),
    }
}

fn store(call: &Call, token: &str) -> Outcome {
    if token.is_empty() || token.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Err(Fail::new(
            status::BROKEN,
            "The token is empty or contains a control character.",
            "",
        ));
    }
    call.set_state(call.patch()?.text("token", token)?)
}

impl Provider for PastedToken {
    fn resolve(call: &Call) -> Outcome {
        let token = stored(call)?;
        if token.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err(Fail::new(
                status::BROKEN,
                "The stored token contains a control character.",
                "Log in again.",
            ));
        }
        call.set_type("token")?;
        call.set_refreshable(true)?;
        call.set_header("Authorization", Secret::joined(&["Bearer ", token]).reveal_text())
    }

    fn refresh(call: &Call) -> Outcome {
        let answer = call.parse(post(call, "refresh", stored(call)?)?.body())?;
        store(call, answer.get("token").text().unwrap_or(""))
    }

    fn login(call: &Call) -> Outcome {
        store(call, call.secret("Token: ")?)
    }

    fn revoke(call: &Call) -> Outcome {
        post(call, "revoke", stored(call)?).map(|_| ())
    }
}

heygen_provider!(
    PastedToken,
    Descriptor::new("pasted-token", "1.0.0")
        .title("Pasted token (Rust)")
        .note("A token of your own server, pasted at login")
        .interactions(flag::INTERACTS_TERMINAL)
        .flags(flag::READS_STDIN)
        .settings(&[&setting(
            "url",
            "url",
            "",
            "Where tokens are refreshed and revoked",
            "",
            true
        )])
        .needs(&[Descriptor::name("hosts=setting:url")])
);
