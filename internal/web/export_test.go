package web

import (
	"context"
	"net/http"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/workspace"
)

// SharesPages serves the pages of what a student shares, below base.
func (w *Web) SharesPages(key nbhosting.Key, base string) http.Handler {
	mux := http.NewServeMux()
	for at, handle := range map[string]func(http.ResponseWriter, *http.Request, nbhosting.Key, string) error{
		"GET " + base + sharesPage: w.showShares, "POST " + base + sharesPage: w.shareNotebook, "POST " + base + withdrawPage: w.withdrawShare,
	} {
		mux.Handle(at, w.page(func(rw http.ResponseWriter, r *http.Request) error {
			if err := w.checkForm(rw, r); err != nil {
				return err
			}
			return handle(rw, r, key, base)
		}))
	}
	return mux
}

// DiskUses returns what tells how much disk workspaces take, by a measure of the caller's.
func DiskUses(measure func(context.Context, nbhosting.Key) (workspace.Usage, error)) func(context.Context, nbhosting.Key) (DiskUse, bool) {
	d := newDisks(nil)
	d.measure = measure
	return d.use
}
