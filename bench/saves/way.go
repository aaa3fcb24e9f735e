package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/nbhosting/nbhosting/bench/site"
)

// way is how a notebook gets to Jupyter.
type way struct {
	client *http.Client
	base   string // URL of the server's own root
	token  string
}

func throughSite(s *site.Site, server site.Server) way {
	return way{client: &http.Client{}, base: s.URL + server.Base}
}

func straight(server site.Server) way {
	return way{client: server.Client(), base: "http://jupyter" + server.Base, token: server.Token}
}

// save saves a notebook as a page of Jupyter does, with what that sends.
func (w way) save(ctx context.Context, file string, model []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, w.base+"api/contents/"+file, bytes.NewReader(model))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if w.token != "" {
		req.Header.Set("Authorization", "token "+w.token)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("save %s: %s: %s", file, resp.Status, text)
	}
	return err
}
