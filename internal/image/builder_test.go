package image_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/image"
)

const (
	publicMinimal = "quay.io/jupyter/minimal-notebook:latest"
	publicScipy   = "quay.io/jupyter/scipy-notebook:latest"
)

// steps tells what was built of what, in order.
func steps(e *memoryEngine) []string {
	var all []string
	for _, b := range e.builds {
		base, _, _ := strings.Cut(b.args["BASE"], ":")
		all = append(all, b.tag+" of "+base+" with "+b.args["REQUIREMENTS"])
	}
	return all
}

func TestBuildCore(t *testing.T) {
	onDebian := []string{
		"nbhosting/minimal-notebook of nbhosting/debian-base with requirements.txt",
		"nbhosting/scipy-notebook of nbhosting/minimal-notebook with requirements-scipy.txt",
	}
	onPublic := []string{
		"nbhosting/minimal-notebook of quay.io/jupyter/minimal-notebook with requirements-public.txt",
		"nbhosting/scipy-notebook of quay.io/jupyter/scipy-notebook with requirements-public.txt",
	}
	tests := map[string]struct {
		registry, images []string
		options          image.Options
		want             []string
	}{
		"no registry":             {want: onDebian},
		"registry":                {registry: []string{publicMinimal, publicScipy}, want: onPublic},
		"half a registry":         {registry: []string{publicMinimal}, want: onDebian},
		"public bases are here":   {images: []string{publicMinimal, publicScipy}, want: onPublic},
		"debian is wanted":        {registry: []string{publicMinimal, publicScipy}, options: image.Options{Base: image.BaseDebian}, want: onDebian},
		"scipy brings minimal":    {options: image.Options{Names: []string{"scipy-notebook"}}, want: onDebian},
		"minimal alone":           {options: image.Options{Names: []string{image.Minimal}}, want: onDebian[:1]},
		"public scipy needs none": {registry: []string{publicScipy}, options: image.Options{Names: []string{image.Scipy}}, want: onPublic[1:]},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			engine := &memoryEngine{registry: test.registry, images: test.images}
			builder := image.Builder{Engine: engine, Log: io.Discard, Host: newHost(t, writeArguments)}
			if err := builder.BuildCore(t.Context(), test.options); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, steps(engine)); diff != "" {
				t.Errorf("built (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBuildCoreRefuses(t *testing.T) {
	for _, options := range []image.Options{{Base: "alpine"}, {Names: []string{"minimal-notebook", "r-notebook"}}} {
		engine := &memoryEngine{}
		builder := image.Builder{Engine: engine, Log: io.Discard, Host: newHost(t, writeArguments)}
		var refused *nbhosting.Error
		if err := builder.BuildCore(t.Context(), options); !errors.As(err, &refused) || refused.Kind != nbhosting.Invalid {
			t.Errorf("BuildCore(%+v) = %v, want an Invalid", options, err)
		}
		if len(engine.images) > 0 {
			t.Errorf("BuildCore(%+v) made %v", options, engine.images)
		}
	}
}

func TestPublicIsNotReplaced(t *testing.T) {
	engine := &memoryEngine{}
	builder := image.Builder{Engine: engine, Log: io.Discard, Host: newHost(t, writeArguments)}
	err := builder.BuildCore(t.Context(), image.Options{Base: image.BasePublic})
	if !errors.Is(err, errNoRegistry) || len(engine.images) > 0 {
		t.Errorf("BuildCore = %v, made %v; want the registry's error and nothing made", err, engine.images)
	}
}

func TestForceBuildsAnew(t *testing.T) {
	engine := &memoryEngine{}
	var log bytes.Buffer
	builder := image.Builder{Engine: engine, Log: &log, Host: newHost(t, writeArguments)}
	imports := func() int { return strings.Count(log.String(), "putting Debian packages together") }
	for i, want := range []struct {
		noCache bool
		imports int
	}{{false, 1}, {false, 1}, {true, 2}} {
		if err := builder.BuildCore(t.Context(), image.Options{NoCache: want.noCache}); err != nil {
			t.Fatal(err)
		}
		last := engine.builds[len(engine.builds)-1]
		if got := imports(); got != want.imports || last.noCache != want.noCache {
			t.Errorf("round %d: %d bases made, no cache %v; want %d, %v", i, got, last.noCache, want.imports, want.noCache)
		}
	}
}

func TestSilentRegistry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &memoryEngine{pull: func(ctx context.Context, progress io.Writer) error {
			for range 5 { // slow, but alive
				time.Sleep(20 * time.Second)
				if _, err := progress.Write([]byte("layer\n")); err != nil || ctx.Err() != nil {
					t.Error("the pull was given up while it went on")
				}
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		builder := image.Builder{Engine: engine, Log: io.Discard, Host: image.Host{Mmdebstrap: "no-such-program"}}
		err := builder.BuildCore(t.Context(), image.Options{Base: image.BasePublic})
		if err == nil || !strings.Contains(err.Error(), "silent") {
			t.Errorf("BuildCore = %v, want that the registry is silent", err)
		}
	})
}

func TestContext(t *testing.T) {
	engine := &memoryEngine{}
	host := newHost(t, writeArguments)
	host.Environ = []string{"PIP_INDEX_URL=https://index.example/simple", "HTTPS_PROXY=", "SECRET=x"}
	if err := os.WriteFile(host.CABundle, []byte("certificates"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (image.Builder{Engine: engine, Log: io.Discard, Host: host}).BuildCore(t.Context(), image.Options{}); err != nil {
		t.Fatal(err)
	}
	got := engine.builds[0]
	delete(got.args, "BASE")
	want := map[string]string{"PIP_INDEX_URL": "https://index.example/simple", "REQUIREMENTS": "requirements.txt"}
	if diff := cmp.Diff(want, got.args); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if got.files["ca-certificates.crt"] != "certificates" {
		t.Error("the build does not get the certificates of this machine")
	}
	for _, name := range []string{"Dockerfile", "install.sh", "requirements.txt", "requirements-scipy.txt", "requirements-public.txt", "jupyter/etc/jupyter/jupyter_server_config.json"} {
		if got.files[name] == "" {
			t.Errorf("the build does not get %s", name)
		}
	}
}

func TestDebianBase(t *testing.T) {
	engine := &memoryEngine{}
	builder := image.Builder{Engine: engine, Log: io.Discard, Host: newHost(t, writeArguments)}
	if err := builder.BuildCore(t.Context(), image.Options{Base: image.BaseDebian}); err != nil {
		t.Fatal(err)
	}
	arguments := strings.Split(engine.imported, "\n")
	include := slices.IndexFunc(arguments, func(a string) bool { return strings.HasPrefix(a, "--include=") })
	if include < 0 || !strings.Contains(arguments[include], ",git,") || !strings.Contains(arguments[include], ",python3-venv,") {
		t.Errorf("mmdebstrap was called with %q", arguments)
	}
}

func TestDebianBaseFails(t *testing.T) {
	hosts := map[string]image.Host{
		"bookworm":   newHost(t, writeArguments+`echo "bookworm: no such suite" >&2; exit 1`),
		"mmdebstrap": {Mmdebstrap: "no-such-program"},
	}
	for want, host := range hosts {
		engine := &memoryEngine{}
		var log bytes.Buffer
		err := image.Builder{Engine: engine, Log: &log, Host: host}.BuildCore(t.Context(), image.Options{Base: image.BaseDebian})
		if err == nil || !strings.Contains(err.Error()+log.String(), want) {
			t.Errorf("BuildCore = %v, log %q; want something about %q", err, log.String(), want)
		}
		if len(engine.images) > 0 {
			t.Errorf("made %v of nothing", engine.images)
		}
	}
}
