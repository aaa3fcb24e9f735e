package course

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/nbhosting/nbhosting"
)

// Webhook returns the secret with which a git host proves that it tells of a
// push to a course; NotFound if the course has none.
func (c *Catalog) Webhook(ctx context.Context, name nbhosting.CourseName) (secret string, err error) {
	course, err := c.Course(ctx, name)
	if err != nil {
		return "", err
	}
	if course.WebhookSecret == "" {
		return "", nbhosting.Errorf(nbhosting.NotFound, "The course %q has no webhook: pushes are not listened to.", name)
	}
	return course.WebhookSecret, nil
}

// RenewWebhook gives a course a new secret, its first or another one, and
// returns it. The old one is worth nothing any more.
func (c *Catalog) RenewWebhook(ctx context.Context, name nbhosting.CourseName) (secret string, err error) {
	secret = newWebhookSecret()
	if err := c.saveWebhook(ctx, name, secret); err != nil {
		return "", err
	}
	return secret, nil
}

// DropWebhook ends that a course listens to pushes.
func (c *Catalog) DropWebhook(ctx context.Context, name nbhosting.CourseName) error {
	return c.saveWebhook(ctx, name, "")
}

func (c *Catalog) saveWebhook(ctx context.Context, name nbhosting.CourseName, secret string) error {
	course, unlock, err := c.hold(ctx, name)
	if err != nil {
		return err
	}
	defer unlock()
	course.WebhookSecret = secret
	if err := c.Store.SaveCourse(ctx, course); err != nil {
		return fmt.Errorf("keep the webhook of %s: %w", name, err)
	}
	c.Logger.Info("webhook changed", "course", name, "listening", secret != "")
	return nil
}

// newWebhookSecret writes 32 random bytes as Standard Webhooks has them
// (https://www.standardwebhooks.com): GitLab takes a signing token in no other
// form, and to the other hosts any text will do.
func newWebhookSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}
