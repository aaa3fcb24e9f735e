package docker_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
	"github.com/nbhosting/nbhosting/internal/runtime/runtimetest"
)

const bridgeSite = "test-bridge"

func testBridge(t *testing.T, e engine) {
	d, c := open(t, e.host, bridgeSite), engineClient(t, e.host)
	s := spec(t, e.image)
	s.Network = runtime.NetworkBridge
	for range 2 { // the second time, the network is there
		start(t, d, s)
		found, err := c.ContainerInspect(t.Context(), bridgeSite+"-"+s.Name, client.ContainerInspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if networks := found.Container.NetworkSettings.Networks; len(networks) != 1 || networks["nbhosting"] == nil {
			t.Errorf("networks %v, want ours", networks)
		}
		if err := d.Remove(t.Context(), s.Name); err != nil {
			t.Error(err)
		}
	}
}

// Instances on Docker's bridge do not reach each other. Podman cannot do that.
func testApart(t *testing.T, e engine) {
	if e.podman {
		t.Skip("Podman has no option for it")
	}
	d, image := open(t, e.host, bridgeSite), e.image
	first, second := bridged(t, d, image, "first"), bridged(t, d, image, "second")
	text, _ := ask(t, first, "/self", nil)
	var self runtimetest.Self
	if err := json.Unmarshal([]byte(text), &self); err != nil || len(self.Addresses) == 0 {
		t.Fatalf("no address: %s", text)
	}
	port, ok := ask(t, first, "/listen", nil)
	if !ok {
		t.Fatal(port)
	}
	address := url.Values{"address": {net.JoinHostPort(self.Addresses[0], port)}}
	if answer, ok := ask(t, first, "/dial", address); !ok {
		t.Fatalf("the first instance does not reach itself: %s", answer)
	}
	if _, ok := ask(t, second, "/dial", address); ok {
		t.Error("the second instance reaches the first")
	}
}

// bridged starts an instance with a network, and waits until it answers.
func bridged(t *testing.T, d *docker.Driver, image, name string) runtime.Spec {
	t.Helper()
	s := spec(t, image)
	s.Name, s.Network = name, runtime.NetworkBridge
	start(t, d, s)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, ok := ask(t, s, "/self", nil); ok {
			return s
		}
	}
	t.Fatalf("%s does not answer", name)
	return s
}

func ask(t *testing.T, s runtime.Spec, path string, query url.Values) (string, bool) {
	t.Helper()
	method := http.MethodPost
	if path == "/self" {
		method = http.MethodGet
	}
	return runtimetest.Ask(t, filepath.Join(s.Dir, runtime.SocketName), method, path, query, "")
}
