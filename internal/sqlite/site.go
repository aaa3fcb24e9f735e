package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SiteID returns the random name of this site, made at the first call ever.
func (db *DB) SiteID(ctx context.Context) (string, error) {
	var id string
	err := db.write.QueryRowContext(ctx, "SELECT id FROM site").Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	id = strings.ToLower(rand.Text()[:10])
	if _, err := db.write.ExecContext(ctx, "INSERT INTO site (id, created_at) VALUES (?, ?)", id, time.Now().Unix()); err != nil {
		return "", fmt.Errorf("name the site: %w", err)
	}
	return id, nil
}

// SiteSecret returns the random secret of this site, 32 bytes, made at the first call ever.
func (db *DB) SiteSecret(ctx context.Context) ([]byte, error) {
	if _, err := db.SiteID(ctx); err != nil {
		return nil, err
	}
	var secret []byte
	if err := db.write.QueryRowContext(ctx, "SELECT secret FROM site").Scan(&secret); err != nil || len(secret) > 0 {
		return secret, err
	}
	secret = make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	if _, err := db.write.ExecContext(ctx, "UPDATE site SET secret = ?", secret); err != nil {
		return nil, fmt.Errorf("keep the site's secret: %w", err)
	}
	return secret, nil
}
