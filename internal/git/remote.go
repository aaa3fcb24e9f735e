package git

import (
	"context"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
)

// localUploadPack serves a repository of this host to us, whoever owns it. It is
// told not to reach for anything else: of the repository's own configuration,
// it obeys nothing that names a program.
const localUploadPack = `GIT_ALLOW_PROTOCOL=none git -c 'safe.directory=*' upload-pack`

// remote is a checked URL, with its password kept apart.
type remote struct {
	url  string // as git gets it
	path string // of a repository on this host, else empty
	env  []string
}

func parseRemote(raw string) (remote, error) {
	if err := CheckURL(raw); err != nil {
		return remote{}, err
	}
	if strings.HasPrefix(raw, "/") {
		return remote{url: raw, path: raw}, nil
	}
	if path, found := strings.CutPrefix(raw, "file://"); found {
		return remote{url: raw, path: path}, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.User == nil || u.Scheme != "http" && u.Scheme != "https" {
		return remote{url: raw}, nil
	}
	user := u.User
	u.User = nil
	return remote{url: u.String(), env: authorization(u, user)}, nil
}

// authorization lets git's HTTP helper log in, by way of the environment: the
// arguments of a program and the configuration of a clone are for all to read.
func authorization(u *url.URL, user *url.Userinfo) []string {
	password, _ := user.Password()
	basic := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
	return []string{
		"GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=http." + u.Scheme + "://" + u.Host + "/.extraHeader",
		"GIT_CONFIG_VALUE_0=Authorization: Basic " + basic,
		// Once sent to another host, git would send the header there as well.
		"GIT_CONFIG_KEY_1=http.followRedirects",
		"GIT_CONFIG_VALUE_1=false",
	}
}

// uploadPack returns the option that names the program at the other end, so that
// a repository's configuration has no say in it.
func (r remote) uploadPack() string {
	if r.path != "" {
		return "--upload-pack=" + localUploadPack
	}
	return "--upload-pack=git-upload-pack"
}

// talk runs git on a remote and returns what it printed. Git shares the lock
// held, which may be nil.
func (r Runner) talk(ctx context.Context, to remote, held *os.File, doing string, args ...string) (string, error) {
	out, err := r.output(ctx, call{
		doing:   doing + " " + Redact(to.url),
		args:    args,
		held:    held,
		env:     slices.Concat(to.env, r.SSH.environment()),
		timeout: r.networkTimeout(),
	})
	if failed, ok := errors.AsType[*Error](err); ok && to.path != "" {
		failed.Reason = to.localReason(failed.Reason)
	}
	return out, err
}

// localReason tells apart what git, of a path of this host, says in one word.
func (r remote) localReason(reason error) error {
	if !errors.Is(reason, ErrNotFound) && !errors.Is(reason, ErrNotRepository) {
		return reason
	}
	if _, err := os.Stat(r.path); errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return ErrNotRepository
}
