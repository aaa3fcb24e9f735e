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
