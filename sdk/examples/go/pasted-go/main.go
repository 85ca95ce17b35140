// SPDX-License-Identifier: Apache-2.0

// A bearer token that the user pastes at login and that a server of your own refreshes and revokes: the C example
// `minimal`, in Go.
package main

import (
	"encoding/json"
	"strings"

	provider "provider.example/go/heygenprovider"
)

type state struct {
	Token *string `json:"token"`
}

type pastedToken struct{}

func stored(call *provider.Call) (string, error) {
	var kept state
	if err := call.State(&kept); err != nil {
		return "", err
	}
	if kept.Token == nil {
		return "", &provider.Fail{Status: provider.NotConfigured}
	}
	return *kept.Token, nil
}

func isToken(text string) bool {
	control := func(letter rune) bool { return letter < 0x20 || letter == 0x7f }
	return text != "" && strings.IndexFunc(text, control) < 0
}

func store(call *provider.Call, token string) error {
	if !isToken(token) {
		return &provider.Fail{Status: provider.Broken, Message: "The token is empty or has a control character."}
	}
	return call.SetState(state{&token})
}

// POSTs the token to <url>/<action>; 5xx is the server's trouble, other refusals are the token's.
func post(call *provider.Call, action, token string) ([]byte, error) {
	url, err := call.Setting("url")
	if err != nil {
		return nil, err
	}
	response, err := call.Send(provider.Request{Method: "POST", URL: url + "/" + action, Body: []byte(token)})
	switch {
	case err != nil:
		return nil, err
	case response.Status == 200:
		return response.Body, nil
	case response.Status >= 500:
		return nil, &provider.Fail{Status: provider.Transient}
	}
	return nil, &provider.Fail{Status: provider.Rejected}
}

func (pastedToken) Resolve(call *provider.Call) error {
	token, err := stored(call)
	if err != nil {
		return err
	}
	if !isToken(token) {
		return &provider.Fail{Status: provider.Broken, Message: "The stored token has a control character.", Hint: "Log in again."}
	}
	if err := call.SetType("token"); err != nil {
		return err
	}
	if err := call.SetRefreshable(true); err != nil {
		return err
	}
	return call.SetHeader("Authorization", "Bearer "+token)
}

func (pastedToken) Refresh(call *provider.Call) error {
	token, err := stored(call)
	if err != nil {
		return err
	}
	body, err := post(call, "refresh", token)
	if err != nil {
		return err
	}
	var answer state
	if json.Unmarshal(body, &answer) != nil || answer.Token == nil {
		return &provider.Fail{Status: provider.Broken, Message: "The server's answer has no token."}
	}
	return store(call, *answer.Token)
}

func (pastedToken) Login(call *provider.Call) error {
	token, err := call.Secret("Token: ")
	if err != nil {
		return err
	}
	return store(call, token)
}

func (pastedToken) Revoke(call *provider.Call) error {
	token, err := stored(call)
	if err != nil {
		return err
	}
	_, err = post(call, "revoke", token)
	return err
}

func init() {
	provider.Register(provider.Descriptor{
		ID:           "pasted-go",
		Version:      "1.0.0",
		Title:        "Pasted token (Go)",
		Note:         "A token of your own server, pasted at login",
		ReadsStdin:   true,
		AsksTerminal: true,
		Settings: []provider.Setting{
			{Key: "url", Type: "url", Doc: "Where tokens are refreshed and revoked", Required: true},
		},
		Needs: []string{"hosts=setting:url", "threads"},
	}, pastedToken{})
}

func main() {}
