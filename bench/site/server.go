package site

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/unixsock"
)

// Server is a student's server, reached without the site.
type Server struct {
	Base  string // URL path of all that it serves
	Token string

	socket string
}

// Server returns the server in which a location is that Open returned.
func (s *Site) Server(location string) (Server, error) {
	id, secret, _, _ := nbhosting.SplitServerPath(location)
	settings, err := filepath.Glob(filepath.Join(s.runDir(), "*", string(id), "jupyter_server_config.json"))
	if err != nil || len(settings) != 1 {
		return Server{}, fmt.Errorf("the files of server %s: found %q (%v)", id, settings, err)
	}
	text, err := os.ReadFile(settings[0])
	if err != nil {
		return Server{}, err
	}
	var config struct {
		ServerApp        struct{ Sock string }
		IdentityProvider struct{ Token string }
	}
	if err := json.Unmarshal(text, &config); err != nil {
		return Server{}, err
	}
	return Server{
		Base: nbhosting.ServerPrefix + string(id) + "/" + secret + "/", Token: config.IdentityProvider.Token,
		socket: filepath.Join(filepath.Dir(settings[0]), filepath.Base(config.ServerApp.Sock)),
	}, nil
}

// Client returns a client whose requests go to the server's socket, whatever host they name.
func (s Server) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return unixsock.Dial(ctx, s.socket, unixsock.AnyOwner)
	}}}
}

// Metrics returns the site's figures of that name without labels.
func (s *Site) Metrics(ctx context.Context, names ...string) ([]float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.metrics, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	figures := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if figure, err := strconv.ParseFloat(value, 64); err == nil {
			figures[name] = figure
		}
	}
	all := make([]float64, len(names))
	for i, name := range names {
		figure, there := figures[name]
		if !there {
			return nil, fmt.Errorf("the site has no figure %s", name)
		}
		all[i] = figure
	}
	return all, nil
}
