// Package jupyter knows Jupyter servers: what one is started with, and what the
// program itself asks of its REST API, besides what browsers send through the proxy.
package jupyter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"
)

// Client speaks to one server.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client of the server that listens where dial leads to, under the
// URL path base (with its slashes at both ends).
func New(dial func(context.Context) (net.Conn, error), base, token string) *Client {
	transport := &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		DisableKeepAlives: true, // calls are rare, and a kept connection would count as activity
	}
	return &Client{base: base, token: token, http: &http.Client{Transport: transport}}
}

// Status is the answer of GET api/status.
type Status struct {
	Connections  int       `json:"connections"`
	Kernels      int       `json:"kernels"`
	LastActivity time.Time `json:"last_activity"`
	Started      time.Time `json:"started"`
}

// Status asks the server how it is. An answer means that it is ready.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var status Status
	body, err := c.do(ctx, http.MethodGet, "api/status")
	if err != nil {
		return Status{}, err
	}
	if err := json.Unmarshal(body, &status); err != nil {
		return Status{}, fmt.Errorf("read the status of jupyter: %w", err)
	}
	return status, nil
}

// Shutdown asks the server to end its kernels and itself. It answers before it has done so.
func (c *Client) Shutdown(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodPost, "api/shutdown")
	return err
}

// maxAnswer bounds what is read of an answer, in bytes: the server is a student's.
const maxAnswer = 1 << 20

func (c *Client) do(ctx context.Context, method, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://localhost"+c.base+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "token "+c.token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s jupyter's %s: %w", method, path, unwrapURL(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s jupyter's %s: status %d", method, path, resp.StatusCode)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
}

// Kernels returns the names of the kernels that the server can start.
func (c *Client) Kernels(ctx context.Context) ([]string, error) {
	body, err := c.do(ctx, http.MethodGet, "api/kernelspecs")
	if err != nil {
		return nil, err
	}
	var specs struct {
		Kernels map[string]json.RawMessage `json:"kernelspecs"`
	}
	if err := json.Unmarshal(body, &specs); err != nil {
		return nil, fmt.Errorf("read the kernels of jupyter: %w", err)
	}
	return slices.Sorted(maps.Keys(specs.Kernels)), nil
}

// Kernel is a kernel that runs.
type Kernel struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	LastActivity time.Time `json:"last_activity"` // of any kind: pages that are merely open cause some
	State        string    `json:"execution_state"`
	Connections  int       `json:"connections"`
}

// Busy tells whether the kernel says that it works. One that crashed may say so for ever.
func (k Kernel) Busy() bool { return k.State == "busy" }

// What is believed of the kernels of one server. It is kept from one look at the servers to the
// next, and a student's program may say it.
const (
	maxKernels = 1000
	maxWord    = 256 // bytes of an id, a name, a state
)

// Running returns the kernels that run.
func (c *Client) Running(ctx context.Context) ([]Kernel, error) {
	body, err := c.do(ctx, http.MethodGet, "api/kernels")
	if err != nil {
		return nil, err
	}
	kernels, err := parseKernels(body)
	if err != nil {
		return nil, fmt.Errorf("read the kernels that run in jupyter: %w", err)
	}
	return kernels, nil
}

// parseKernels reads a list one by one: a thousand times as many as there can be fit into an answer.
func parseKernels(text []byte) ([]Kernel, error) {
	list := json.NewDecoder(bytes.NewReader(text))
	if begin, err := list.Token(); err != nil || begin != json.Delim('[') {
		return nil, errors.Join(errors.New("that is no list"), err)
	}
	kernels := []Kernel{}
	for list.More() {
		var k Kernel
		if err := list.Decode(&k); err != nil {
			return nil, err
		}
		if len(kernels) == maxKernels || max(len(k.ID), len(k.Name), len(k.State)) > maxWord {
			return nil, errors.New("they are too many, or their names too long")
		}
		kernels = append(kernels, k)
	}
	if _, err := list.Token(); err != nil { // its end
		return nil, err
	}
	if _, err := list.Token(); err != io.EOF {
		return nil, errors.New("more comes after the list")
	}
	return kernels, nil
}
