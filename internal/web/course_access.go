package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/nbhosting/nbhosting"
)

// CourseKey is the deploy key of a course.
type CourseKey struct {
	Public string `json:"public_key"`
}

func (w *Web) showKey(r *http.Request) (any, error) { return w.key(r, w.Courses.DeployKey) }

func (w *Web) renewKey(r *http.Request) (any, error) { return w.key(r, w.Courses.RenewDeployKey) }

// key answers the key of a course, which need not be there yet: its git host has
// to know the key first.
func (w *Web) key(r *http.Request, get func(nbhosting.CourseName) (string, error)) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	public, err := get(name)
	return CourseKey{public}, err
}

// CourseWebhook is what a git host is told, so that it can tell of pushes.
type CourseWebhook struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

func (w *Web) showWebhook(r *http.Request) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	secret, err := w.Courses.Webhook(r.Context(), name)
	return w.webhookOf(name, secret), err
}

func (w *Web) renewWebhook(r *http.Request) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	secret, err := w.Courses.RenewWebhook(r.Context(), name)
	return w.webhookOf(name, secret), err
}

func (w *Web) dropWebhook(r *http.Request) (any, error) {
	name, err := courseOf(r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, w.Courses.DropWebhook(r.Context(), name)
}

func (w *Web) webhookOf(name nbhosting.CourseName, secret string) CourseWebhook {
	return CourseWebhook{URL: strings.TrimSuffix(w.PublicURL, "/") + webhookPrefix + url.PathEscape(string(name)), Secret: secret}
}

// forgetHost forgets the ssh key of a git host, which then is accepted anew.
func (w *Web) forgetHost(r *http.Request) (any, error) {
	return struct{}{}, w.Courses.ForgetHost(r.PathValue("host"))
}
