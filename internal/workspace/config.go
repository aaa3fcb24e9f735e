package workspace

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// maxConfig is how much is read of files in which git keeps what is set for a clone, in bytes.
const maxConfig = 1 << 20

var (
	isOrigin = regexp.MustCompile(`^\s*\[\s*remote\s+"origin"\s*\]\s*$`).MatchString
	isHead   = regexp.MustCompile(`^\s*\[`).MatchString
	isURL    = regexp.MustCompile(`(?i)^\s*url\s*=\s*(?:"([^"]*)"|(.*?))\s*$`)
)

// readdress has a clone whose origin is the course's repository of before know
// where that is now. All else in a repository that is there is the student's affair.
func (c *cloning) readdress() error {
	const config = gitDir + "/config"
	f, err := openIn(c.root, config)
	if err != nil {
		return nil // there is nothing of ours
	}
	text, err := io.ReadAll(io.LimitReader(f, maxConfig))
	f.Close()
	if err != nil || len(text) == maxConfig {
		return err
	}
	changed, ok := readdressed(string(text), c.from)
	if !ok {
		return nil
	}
	// As git does it: who has the lock writes.
	const lock = config + ".lock"
	err = c.writeNew(lock, false, strings.NewReader(changed))
	if errors.Is(err, fs.ErrExist) {
		return nil // somebody does; another time will do
	}
	if err == nil {
		err = c.root.Rename(lock, config)
	}
	if err != nil {
		return errors.Join(err, c.root.Remove(lock))
	}
	return nil
}

// readdressed returns a configuration in which origin is where a repository is now.
func readdressed(config string, from Repository) (changed string, ok bool) {
	now := from.Remote()
	var lines []string
	inOrigin := false
	for line := range strings.Lines(config) {
		line = strings.TrimSuffix(line, "\n")
		if isHead(line) {
			inOrigin = isOrigin(line)
		}
		switch url := isURL.FindStringSubmatch(line); {
		case inOrigin && url != nil && from.Was(strings.ReplaceAll(url[1]+url[2], `\\`, `\`)):
			ok = true
			lines = append(lines, now...)
		case inOrigin && slices.Contains(now[1:], line): // it comes with the address
		default:
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n", ok
}

// exclude has git leave links of ours alone: they are no work of the student's.
// That it may fail is nobody's trouble.
func exclude(root *os.Root, links []string) {
	const file = gitDir + "/info/exclude"
	if info, err := root.Lstat(gitDir); err != nil || !info.IsDir() {
		return
	}
	if info, err := root.Lstat(file); err == nil && !info.Mode().IsRegular() {
		return
	}
	said, added := map[string]bool{}, ""
	if f, err := openIn(root, file); err == nil {
		text, err := io.ReadAll(io.LimitReader(f, maxConfig))
		f.Close()
		if err != nil || len(text) == maxConfig {
			return
		}
		for line := range strings.Lines(string(text)) {
			said[strings.TrimSuffix(line, "\n")] = true
		}
		if len(text) > 0 && text[len(text)-1] != '\n' {
			added = "\n"
		}
	}
	for _, link := range links {
		pattern := excludePattern(link)
		if info, err := root.Lstat(link); pattern != "" && !said[pattern] && err == nil && info.Mode()&fs.ModeSymlink != 0 {
			added += pattern + "\n"
		}
	}
	if strings.TrimSpace(added) == "" || root.MkdirAll(path.Dir(file), 0o755) != nil {
		return
	}
	out, err := root.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE|unix.O_NONBLOCK, 0o644)
	if err != nil {
		return
	}
	_, _ = out.WriteString(added)
	_ = out.Close()
}

// excludePattern returns the pattern that matches one path, and "" if none can.
func excludePattern(file string) string {
	if strings.Contains(file, "\n") {
		return ""
	}
	escaped := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(file)
	if kept := strings.TrimRight(escaped, " "); kept != escaped {
		escaped = kept + strings.Repeat(`\ `, len(escaped)-len(kept))
	}
	return "/" + escaped
}
