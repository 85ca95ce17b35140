// SPDX-License-Identifier: Apache-2.0

// Package heygenprovider wraps heygen/provider.h 1.0, so that a credential provider for heygen is written in Go only.
//
// Implement [Provider], and name it and its [Descriptor] to [Register] in an init function of package main. A function
// that returns nil has succeeded; a [*Fail] ends it in a status; every other error, and a panic, is a bug of the
// provider, which heygen names with file and line. Build with -buildmode=c-shared and a version script that exports
// heygen_provider_entry alone.
//
// A [Call] ends when the function that received it returns, and belongs to that goroutine. The runtime of Go brings
// threads and signal handlers that stay in heygen: it loads such a provider only when the user or the policy says so.
// It also moves and copies memory, so that a secret in Go's memory cannot be wiped. A panic on a goroutine that the
// provider starts ends heygen.
package heygenprovider

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"
)

// Status is the outcome of a provider function; heygen/value.h says what the user sees of each.
type Status int32

// The values of Status.
const (
	OK            Status = C.HEYGEN_OK
	NotConfigured Status = C.HEYGEN_NOT_CONFIGURED
	Broken        Status = C.HEYGEN_BROKEN
	Rejected      Status = C.HEYGEN_REJECTED
	NeedsUser     Status = C.HEYGEN_NEEDS_USER
	Transient     Status = C.HEYGEN_TRANSIENT
	Usage         Status = C.HEYGEN_USAGE
	Unsupported   Status = C.HEYGEN_UNSUPPORTED
	Canceled      Status = C.HEYGEN_CANCELED
	Internal      Status = C.HEYGEN_INTERNAL
)

// Fail ends a provider function with a status other than OK. No secrets in any of it. Without a Message, heygen words
// the status itself.
type Fail struct {
	Status     Status
	Code       string // a stable machine code, such as an OAuth error code
	Message    string // one sentence: what happened, and to which thing
	Hint       string // the next step
	RetryAfter int    // when to try again, in seconds; 0 for unknown
}

func (fail *Fail) Error() string {
	return fmt.Sprintf("status %d: %s", fail.Status, fail.Message)
}

// Provider is what heygen_provider_1 has of the same names. heygen calls one function at a time. Embed [Base] for those
// that have no answer.
type Provider interface {
	// From state and environment to headers.
	Resolve(call *Call) error
	// A new credential, from the user or stdin, to the state.
	Login(call *Call) error
	// Refreshes the stored state.
	Refresh(call *Call) error
	// Tells the issuer to forget the credential.
	Revoke(call *Call) error
}

// Base answers Unsupported to all but Resolve.
type Base struct{}

// Login is not supported.
func (Base) Login(*Call) error { return &Fail{Status: Unsupported} }

// Refresh is not supported.
func (Base) Refresh(*Call) error { return &Fail{Status: Unsupported} }

// Revoke is not supported.
func (Base) Revoke(*Call) error { return &Fail{Status: Unsupported} }

// Setting is a key of the section providers.ID in config.toml.
type Setting struct {
	Key      string // [a-z][a-z0-9_]{0,63}
	Type     string // "string", "url", "bool" or "int"
	Fallback string // used when absent
	Doc      string // one line
	Env      string // a variable of Descriptor.Env that overrides it
	Required bool   // the provider cannot work without it
}

// Descriptor is the provider as data.
type Descriptor struct {
	ID            string // [a-z][a-z0-9-]{1,31}
	Version       string // of the provider, "1.0.0"
	Title         string // at most 40 characters
	Note          string // one line for the login picker, at most 80 characters
	Order         int    // place in picker and chain, smaller first; 0 means the usual 1000
	Ambient       bool   // ask it even when neither a variable nor its slot is set
	ReadsStdin    bool   // its login may take a line from a pipe on stdin
	NoLogin       bool   // it has no login
	AsksTerminal  bool   // its login asks a question on the terminal or stdin
	OpensBrowser  bool   // its login opens a browser or shows a URL
	Env           []string
	CredentialEnv []string // those of Env that hold a credential by themselves
	Settings      []Setting
	EnabledBy     []string // settings or variables, one of which must be set before the login is offered
	Needs         []string // beyond the services, such as "hosts=setting:url"; "threads" always, for the runtime of Go
}

var registered struct {
	descriptor Descriptor
	provider   Provider
}

// Register names the library's one provider. Call it from an init function.
func Register(descriptor Descriptor, provider Provider) {
	registered.descriptor, registered.provider = descriptor, provider
}

// Lives as long as the library, which is never unloaded.
func constant(text string) C.heygen_str {
	return C.heygen_str{data: C.CString(text), size: C.size_t(len(text))}
}

func constants(texts []string) (*C.heygen_str, C.size_t) {
	if len(texts) == 0 {
		return nil, 0
	}
	first := (*C.heygen_str)(C.calloc(C.size_t(len(texts)), C.sizeof_heygen_str))
	for i, text := range texts {
		unsafe.Slice(first, len(texts))[i] = constant(text)
	}
	return first, C.size_t(len(texts))
}

func settingsOf(settings []Setting) (**C.heygen_setting, C.size_t) {
	if len(settings) == 0 {
		return nil, 0
	}
	first := (**C.heygen_setting)(C.calloc(C.size_t(len(settings)), C.size_t(unsafe.Sizeof(uintptr(0)))))
	for i, setting := range settings {
		made := (*C.heygen_setting)(C.calloc(1, C.sizeof_heygen_setting))
		made.struct_size = C.sizeof_heygen_setting
		if setting.Required {
			made.required = 1
		}
		made.key, made._type = constant(setting.Key), constant(setting.Type)
		made.fallback, made.doc, made.env = constant(setting.Fallback), constant(setting.Doc), constant(setting.Env)
		unsafe.Slice(first, len(settings))[i] = made
	}
	return first, C.size_t(len(settings))
}

func bits(flags map[uint32]bool) C.uint32_t {
	var all uint32
	for bit, on := range flags {
		if on {
			all |= bit
		}
	}
	return C.uint32_t(all)
}

//export heygenGoDescriptor
func heygenGoDescriptor() *C.heygen_descriptor {
	given := &registered.descriptor
	made := (*C.heygen_descriptor)(C.calloc(1, C.sizeof_heygen_descriptor))
	made.struct_size = C.sizeof_heygen_descriptor
	made.flags = bits(map[uint32]bool{
		C.HEYGEN_PROVIDER_AMBIENT:     given.Ambient,
		C.HEYGEN_PROVIDER_READS_STDIN: given.ReadsStdin,
		C.HEYGEN_PROVIDER_NO_LOGIN:    given.NoLogin,
		C.HEYGEN_PROVIDER_RUNTIME:     true,
	})
	made.interactions = bits(map[uint32]bool{
		C.HEYGEN_INTERACTS_TERMINAL: given.AsksTerminal,
		C.HEYGEN_INTERACTS_BROWSER:  given.OpensBrowser,
	})
	const usualOrder = 1000
	made.order = C.int32_t(given.Order)
	if given.Order == 0 {
		made.order = usualOrder
	}
	made.id, made.version = constant(given.ID), constant(given.Version)
	made.title, made.note = constant(given.Title), constant(given.Note)
	made.env, made.env_count = constants(given.Env)
	made.credential_env, made.credential_env_count = constants(given.CredentialEnv)
	made.settings, made.settings_count = settingsOf(given.Settings)
	made.enabled_by, made.enabled_by_count = constants(given.EnabledBy)
	made.needs, made.needs_count = constants(given.Needs)
	return made
}

//export heygenGoCall
func heygenGoCall(function C.int, raw *C.heygen_call) (status C.heygen_status) {
	if C.hp_fits(raw) == 0 {
		return C.HEYGEN_INTERNAL
	}
	call := &Call{host: raw}
	defer func() {
		if panicked := recover(); panicked != nil {
			status = report(call, &Fail{Status: Internal, Message: fmt.Sprintf("It panicked%s: %v", placeOfPanic(), panicked)})
		}
		call.host = nil
	}()
	functions := [...]func(*Call) error{
		registered.provider.Resolve, registered.provider.Refresh, registered.provider.Login, registered.provider.Revoke,
	}
	if err := functions[function](call); err != nil {
		return report(call, err)
	}
	return C.HEYGEN_OK
}

// The first place below the runtime's own; to be called while the panic is being recovered from.
func placeOfPanic() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	panicking := false
	for {
		frame, more := frames.Next()
		own := strings.HasPrefix(frame.Function, "runtime.")
		if panicking && !own {
			return fmt.Sprintf(" at %s:%d", filepath.Base(frame.File), frame.Line)
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}

func report(call *Call, err error) C.heygen_status {
	var fail *Fail
	if !errors.As(err, &fail) {
		fail = &Fail{Status: Internal, Message: err.Error()}
	}
	if fail.Message != "" || fail.Code != "" {
		var texts arena
		defer texts.free()
		C.hp_fail(call.raw(), texts.text(fail.Code), texts.text(fail.Message), texts.text(fail.Hint), C.int32_t(fail.RetryAfter))
	}
	if fail.Status == OK {
		return C.HEYGEN_INTERNAL
	}
	return C.heygen_status(fail.Status)
}
