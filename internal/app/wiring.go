package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	goruntime "runtime"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/host"
	"github.com/nbhosting/nbhosting/internal/proxy"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/server"
)

// doors is the proxy for those that are built before it.
type doors struct{ proxy *proxy.Proxy }

func (d *doors) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.proxy.ServeHTTP(w, r) }

func (d *doors) drain(ctx context.Context, id nbhosting.ServerID) { d.proxy.Drain(ctx, id) }

// targets shows the servers to the proxy.
type targets struct{ servers *server.Manager }

func (t targets) Target(id nbhosting.ServerID) (proxy.Target, bool) {
	s, ok := t.servers.Lookup(id)
	if !ok {
		return proxy.Target{}, false
	}
	return proxy.Target{
		ID: s.ID, Secret: s.Secret, Token: s.Token,
		Dial: func(ctx context.Context) (net.Conn, error) { return server.Dial(ctx, s) },
	}, true
}

func limits(s config.Servers) runtime.Limits {
	return runtime.Limits{MemoryBytes: int64(s.Memory), CPUs: s.CPUs, PIDs: s.PIDs, OpenFiles: s.OpenFiles}
}

// parallel is how many servers start at a time.
func parallel(s config.Servers) int {
	if s.ParallelStarts > 0 {
		return s.ParallelStarts
	}
	return max(goruntime.NumCPU(), 2)
}

func budget(s config.Servers) server.Budget {
	return server.Budget{Memory: int64(s.MemoryBudget), PIDs: s.PIDsBudget, Share: s.ExpectedUse}
}

// hostNow is what this machine has of what servers can use up.
func hostNow(ctx context.Context) (server.Host, error) {
	memory, memoryErr := host.ReadMemory(ctx)
	processes, processesErr := host.ReadProcesses()
	return server.Host{
		MemoryTotal: memory.Total, MemoryAvailable: memory.Available, PIDs: processes.Now, MaxPIDs: processes.Most,
	}, errors.Join(memoryErr, processesErr)
}

func network(s config.Servers) runtime.Network { return runtime.Network(s.Network) }

// supportCodes returns what makes the support codes of this site.
func (a *App) supportCodes(ctx context.Context) (func(nbhosting.Student) string, error) {
	secret, err := a.db.SiteSecret(ctx)
	return func(s nbhosting.Student) string { return nbhosting.SupportCode(secret, s) }, err
}
