package jupyter

import (
	"errors"
	"net/url"
)

// unwrapURL drops the URL from an error of net/http: it holds the server's secret.
func unwrapURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
