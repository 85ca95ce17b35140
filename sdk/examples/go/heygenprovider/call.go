// SPDX-License-Identifier: Apache-2.0

package heygenprovider

// #include "bridge.h"
import "C"

import (
	"encoding/json"
	"strings"
	"time"
	"unsafe"
)

// Copies for C, which must not see Go's memory; wiped by free.
type arena struct {
	blocks []C.heygen_str
}

func (texts *arena) bytes(bytes []byte) C.heygen_str {
	if len(bytes) == 0 {
		return C.heygen_str{}
	}
	copied := C.heygen_str{data: (*C.char)(C.CBytes(bytes)), size: C.size_t(len(bytes))}
	texts.blocks = append(texts.blocks, copied)
	return copied
}

func (texts *arena) text(text string) C.heygen_str {
	if text == "" {
		return C.heygen_str{}
	}
	copied := C.heygen_str{data: C.CString(text), size: C.size_t(len(text))}
	texts.blocks = append(texts.blocks, copied)
	return copied
}

// Zeroed memory for structs of C.
func (texts *arena) room(size C.size_t) unsafe.Pointer {
	room := C.calloc(1, size)
	texts.blocks = append(texts.blocks, C.heygen_str{data: (*C.char)(room), size: size})
	return room
}

func (texts *arena) free() {
	for _, block := range texts.blocks {
		C.hp_wipe(unsafe.Pointer(block.data), block.size)
		C.free(unsafe.Pointer(block.data))
	}
	texts.blocks = nil
}

func bytesOf(text C.heygen_str) []byte {
	return C.GoBytes(unsafe.Pointer(text.data), C.int(text.size))
}

func textOf(text C.heygen_str) string {
	return C.GoStringN(text.data, C.int(text.size))
}

// Reason says why heygen calls. Treat an unknown one as FirstUse.
type Reason int32

// The values of Reason.
const (
	FirstUse   Reason = C.HEYGEN_REASON_FIRST_USE
	NearExpiry Reason = C.HEYGEN_REASON_NEAR_EXPIRY
	Refused    Reason = C.HEYGEN_REASON_REFUSED
	LogIn      Reason = C.HEYGEN_REASON_LOGIN
	LogOut     Reason = C.HEYGEN_REASON_LOGOUT
	Replaced   Reason = C.HEYGEN_REASON_REPLACED
	Explain    Reason = C.HEYGEN_REASON_EXPLAIN
)

// Call is one call into the provider: what heygen asks, where the answer goes, and heygen's services.
type Call struct {
	host *C.heygen_call
}

func (call *Call) raw() *C.heygen_call {
	if call.host == nil {
		panic("the call is used after its function returned")
	}
	return call.host
}

// Reason says why heygen calls.
func (call *Call) Reason() Reason { return Reason(call.raw().reason) }

// MayAsk says whether the user may be asked: always, or because a terminal is there.
func (call *Call) MayAsk() bool {
	interaction := call.raw().interaction
	return interaction == C.HEYGEN_INTERACTION_ALWAYS ||
		(interaction == C.HEYGEN_INTERACTION_IF_TERMINAL && call.Interactive())
}

// Now is heygen's clock at the start of the call.
func (call *Call) Now() time.Time { return time.Unix(int64(call.raw().now), 0).UTC() }

// HostVersion is heygen's, "1.0.0".
func (call *Call) HostVersion() string { return textOf(call.raw().host_version) }

// APIBase is "https://api.heygen.com", without a final '/'.
func (call *Call) APIBase() string { return textOf(call.raw().api_base) }

// Method is that of the request, "" when there is none.
func (call *Call) Method() string { return textOf(call.raw().method) }

// Path is that of the request with its query, "" when there is none.
func (call *Call) Path() string { return textOf(call.raw().path) }

// Profile is the account that the user chose by name, "" being the usual one.
func (call *Call) Profile() string { return textOf(call.raw().profile) }

// WWWAuthenticate is that of the 401, "" otherwise.
func (call *Call) WWWAuthenticate() string { return textOf(call.raw().www_authenticate) }

// State decodes the stored state, an object, as encoding/json does. A state of another form is the user's file: Broken.
func (call *Call) State(into any) error {
	state := bytesOf(call.raw().state)
	if len(state) == 0 {
		state = []byte("{}")
	}
	if json.Unmarshal(state, into) != nil {
		return &Fail{Status: Broken, Message: "The stored credential has another form.", Hint: "Log in again."}
	}
	return nil
}

func accepted(status C.heygen_status, what string) error {
	if status == C.HEYGEN_OK {
		return nil
	}
	return &Fail{Status: Internal, Message: "heygen refused the provider's " + what + "."}
}

// SetHeader gives a secret request header. heygen refuses a value with a line end, for one.
func (call *Call) SetHeader(name, value string) error {
	var texts arena
	defer texts.free()
	return accepted(C.hp_set_header(call.raw(), texts.text(name), texts.text(value), C.HEYGEN_SECRET), "header "+name)
}

// SetState changes the stored state by a JSON merge patch: what encoding/json makes of patch. A null deletes a member.
// For Login, and for Refresh of a state that is not empty.
func (call *Call) SetState(patch any) error {
	text, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	var texts arena
	defer texts.free()
	return accepted(C.hp_set_state(call.raw(), texts.bytes(text)), "state")
}

// SetType says what kind of credential this is: "api_key", "oauth" or a word of your own.
func (call *Call) SetType(word string) error {
	var texts arena
	defer texts.free()
	return accepted(C.hp_set_type(call.raw(), texts.text(word)), "type")
}

// SetSource says where it came from: "env", "file" or a word of your own.
func (call *Call) SetSource(word string) error {
	var texts arena
	defer texts.free()
	return accepted(C.hp_set_source(call.raw(), texts.text(word)), "source")
}

// SetScope names the granted scope, separated by spaces.
func (call *Call) SetScope(scope string) error {
	var texts arena
	defer texts.free()
	return accepted(C.hp_set_scope(call.raw(), texts.text(scope)), "scope")
}

// SetExpiry says when the headers stop working.
func (call *Call) SetExpiry(at time.Time) error {
	return accepted(C.hp_set_expiry(call.raw(), C.heygen_time(at.Unix())), "expiry")
}

// SetRefreshable says whether Refresh can refresh this credential without the user.
func (call *Call) SetRefreshable(on bool) error {
	var number C.int32_t
	if on {
		number = 1
	}
	return accepted(C.hp_set_refreshable(call.raw(), number), "refreshable")
}

// SetThisRequestOnly makes heygen ask again for every attempt of every request.
func (call *Call) SetThisRequestOnly() error {
	return accepted(C.hp_set_reach(call.raw(), C.HEYGEN_REACH_THIS_REQUEST), "reach")
}

// Header is a field of a request or response.
type Header struct {
	Name, Value string
	Secret      bool // keeps the value of a request out of logs
}

// Request is for Send. What is zero has its default.
type Request struct {
	Method            string // default GET
	URL               string
	Headers           []Header // not Host, Content-Length or hop-by-hop ones
	Body              []byte
	Timeout           time.Duration // for the whole exchange; default 30 s
	MaxBody           int           // bytes of the longest response body; default 1 MiB, at most 16 MiB
	ExtraCA           []byte        // PEM, trusted in addition to the user's CAs
	ClientCertificate []byte        // PEM, with its chain
	ClientKey         []byte        // PEM, not encrypted
	UnixSocket        string        // path of a socket to connect to in place of the URL's host
}

// Response is a complete response, whatever its status.
type Response struct {
	Status  int
	Headers []Header // in the order received
	Body    []byte
}

// Header is the first field of that name in any case, or "".
func (response *Response) Header(name string) string {
	for _, header := range response.Headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// Send makes one exchange with heygen's proxies, CAs and timeouts. It follows no redirect.
func (call *Call) Send(request Request) (*Response, error) {
	var texts arena
	defer texts.free()
	made := (*C.heygen_http_request)(texts.room(C.sizeof_heygen_http_request))
	made.struct_size = C.sizeof_heygen_http_request
	made.timeout_ms = C.uint32_t(request.Timeout.Milliseconds())
	if request.Method == "" {
		request.Method = "GET"
	}
	made.method, made.url, made.body = texts.text(request.Method), texts.text(request.URL), texts.bytes(request.Body)
	made.max_body, made.extra_ca = C.size_t(request.MaxBody), texts.bytes(request.ExtraCA)
	made.client_certificate, made.client_key = texts.bytes(request.ClientCertificate), texts.bytes(request.ClientKey)
	made.unix_socket = texts.text(request.UnixSocket)
	if count := len(request.Headers); count > 0 {
		made.headers = (*C.heygen_field)(texts.room(C.size_t(count) * C.sizeof_heygen_field))
		made.header_count = C.size_t(count)
		for i, header := range request.Headers {
			field := &unsafe.Slice(made.headers, count)[i]
			field.name, field.value = texts.text(header.Name), texts.text(header.Value)
			if header.Secret {
				field.flags = C.HEYGEN_SECRET
			}
		}
	}
	var received *C.heygen_http_response
	if status := C.hp_send(call.raw(), made, &received); status != C.HEYGEN_OK {
		return nil, call.refused(status, "http")
	}
	defer C.hp_http_release(call.raw(), received)
	response := &Response{Status: int(C.hp_http_status(call.raw(), received)), Body: bytesOf(C.hp_http_body(call.raw(), received))}
	for index := C.size_t(0); ; index++ {
		var field C.heygen_field
		if C.hp_http_header_at(call.raw(), received, index, &field) != C.HEYGEN_OK {
			return response, nil
		}
		response.Headers = append(response.Headers, Header{Name: textOf(field.name), Value: textOf(field.value)})
	}
}

// A status other than OK; heygen has worded it, unless the service is missing.
func (call *Call) refused(status C.heygen_status, service string) error {
	fail := &Fail{Status: Status(status)}
	if fail.Status == Unsupported {
		fail.Message = "This version of heygen lacks the service heygen." + service + "/1."
		fail.Hint = "Update heygen."
	}
	return fail
}

// Interactive says whether stdin is a terminal.
func (call *Call) Interactive() bool { return C.hp_interactive(call.raw()) != 0 }

// Notice shows a line to the user, on stderr.
func (call *Call) Notice(line string) {
	var texts arena
	defer texts.free()
	C.hp_notice(call.raw(), texts.text(line))
}

// Prompt asks and reads one line, echoed.
func (call *Call) Prompt(question string) (string, error) {
	var texts arena
	defer texts.free()
	var answer C.heygen_str
	if status := C.hp_prompt(call.raw(), texts.text(question), &answer); status != C.HEYGEN_OK {
		return "", call.refused(status, "terminal")
	}
	return textOf(answer), nil
}

// Secret asks likewise, hidden on a terminal; from a pipe all of stdin, up to 64 KiB.
func (call *Call) Secret(question string) (string, error) {
	var texts arena
	defer texts.free()
	var answer C.heygen_str
	if status := C.hp_secret(call.raw(), texts.text(question), &answer); status != C.HEYGEN_OK {
		return "", call.refused(status, "terminal")
	}
	return textOf(answer), nil
}

// Menu lets the user pick one of the items, by index. A single item is not asked for.
func (call *Call) Menu(title string, items []string, suggested int) (int, error) {
	if len(items) == 0 {
		return 0, &Fail{Status: Internal, Message: "The menu `" + title + "` has no items."}
	}
	var texts arena
	defer texts.free()
	first := (*C.heygen_str)(texts.room(C.size_t(len(items)) * C.sizeof_heygen_str))
	for i, item := range items {
		unsafe.Slice(first, len(items))[i] = texts.text(item)
	}
	chosen := C.size_t(suggested)
	if status := C.hp_menu(call.raw(), texts.text(title), first, C.size_t(len(items)), &chosen); status != C.HEYGEN_OK {
		return 0, call.refused(status, "terminal")
	}
	return int(chosen), nil
}

// Setting is a declared setting in force, "" when it has no value.
func (call *Call) Setting(key string) (string, error) {
	var texts arena
	defer texts.free()
	var value C.heygen_str
	return call.found(C.hp_setting(call.raw(), texts.text(key), &value), &value)
}

// Env is a declared environment variable, "" when it is unset.
func (call *Call) Env(name string) (string, error) {
	var texts arena
	defer texts.free()
	var value C.heygen_str
	return call.found(C.hp_env(call.raw(), texts.text(name), &value), &value)
}

func (call *Call) found(status C.heygen_status, value *C.heygen_str) (string, error) {
	if status != C.HEYGEN_OK && status != C.HEYGEN_NOT_CONFIGURED {
		return "", call.refused(status, "settings")
	}
	return textOf(*value), nil
}

// CacheGet is an entry of the cache with its expiry, or nil.
func (call *Call) CacheGet(key string) ([]byte, time.Time, error) {
	var texts arena
	defer texts.free()
	var value C.heygen_str
	var expires C.heygen_time
	switch status := C.hp_cache_get(call.raw(), texts.text(key), &value, &expires); status {
	case C.HEYGEN_OK:
		return bytesOf(value), time.Unix(int64(expires), 0).UTC(), nil
	case C.HEYGEN_NOT_CONFIGURED:
		return nil, time.Time{}, nil
	default:
		return nil, time.Time{}, call.refused(status, "cache")
	}
}

// CachePut keeps what the provider derived and may lose.
func (call *Call) CachePut(key string, value []byte, expires time.Time) error {
	var texts arena
	defer texts.free()
	status := C.hp_cache_put(call.raw(), texts.text(key), texts.bytes(value), C.heygen_time(expires.Unix()))
	if status != C.HEYGEN_OK {
		return call.refused(status, "cache")
	}
	return nil
}

// CacheDrop removes an entry.
func (call *Call) CacheDrop(key string) error {
	var texts arena
	defer texts.free()
	if status := C.hp_cache_drop(call.raw(), texts.text(key)); status != C.HEYGEN_OK {
		return call.refused(status, "cache")
	}
	return nil
}

// Wait ends early with Canceled as soon as the user stops the command.
func (call *Call) Wait(time time.Duration) error {
	if status := C.hp_wait(call.raw(), C.uint32_t(time.Milliseconds())); status != C.HEYGEN_OK {
		return call.refused(status, "clock")
	}
	return nil
}

// Canceled says that the user stopped the command: return Canceled within 200 ms.
func (call *Call) Canceled() bool { return C.hp_canceled(call.raw()) != 0 }

// LogLevel of a line. Warnings are always shown, the others with --verbose.
type LogLevel int32

// The values of LogLevel.
const (
	Debug   LogLevel = C.HEYGEN_LOG_DEBUG
	Info    LogLevel = C.HEYGEN_LOG_INFO
	Warning LogLevel = C.HEYGEN_LOG_WARNING
)

// Log writes one line, without secrets.
func (call *Call) Log(level LogLevel, line string) {
	var texts arena
	defer texts.free()
	C.hp_log(call.raw(), C.int32_t(level), texts.text(line))
}
