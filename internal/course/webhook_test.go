package course_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sitetest"
)

func TestTheSecretOfAWebhook(t *testing.T) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"a.md": ""})
	s := newSite(t)
	var log bytes.Buffer
	s.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s.create(a.Dir)
	_, err := s.Webhook(t.Context(), tour)
	sitetest.WantKind(t, err, nbhosting.NotFound)

	secret, err := s.RenewWebhook(t.Context(), tour)
	if err != nil || !regexp.MustCompile(`^whsec_[A-Za-z0-9+/]{43}=$`).MatchString(secret) {
		t.Fatalf("got %q, %v", secret, err)
	}
	if got, err := s.Webhook(t.Context(), tour); got != secret || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	s.pull() // keeps what it does not know of
	text, fields := s.showJSON()
	if fields["webhook"] != true || strings.Contains(text, secret) || strings.Contains(log.String(), secret) {
		t.Errorf("shown: %s\nlogged: %s", text, &log)
	}
	renewed, err := s.RenewWebhook(t.Context(), tour)
	if err != nil || renewed == secret {
		t.Errorf("got %q again, %v", renewed, err)
	}
	if err := s.DropWebhook(t.Context(), tour); err != nil {
		t.Fatal(err)
	}
	_, err = s.Webhook(t.Context(), tour)
	sitetest.WantKind(t, err, nbhosting.NotFound)
	if _, fields := s.showJSON(); fields["webhook"] != false {
		t.Errorf("got %v", fields["webhook"])
	}
}

func TestNoCourseHasNoWebhook(t *testing.T) {
	s := newSite(t)
	_, err := s.Webhook(t.Context(), tour)
	sitetest.WantKind(t, err, nbhosting.NotFound)
	secret, err := s.RenewWebhook(t.Context(), tour)
	sitetest.WantKind(t, err, nbhosting.NotFound)
	if secret != "" {
		t.Errorf("got %q", secret)
	}
	sitetest.WantKind(t, s.DropWebhook(t.Context(), tour), nbhosting.NotFound)
}
