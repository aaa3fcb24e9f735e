package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
)

// Blobs calls take with the content of each object, in the order given, all
// through one run of git. The reader is valid during the call, and need not be
// read to its end. An error of take ends the run and is returned, wrapped. The
// objects are drawn by another goroutine, ahead of take.
func (r Runner) Blobs(ctx context.Context, dir string, objects iter.Seq[string], take func(object string, content io.Reader) error) error {
	return r.run(ctx, call{
		doing:   "read files of " + dir,
		args:    inRepository(dir, "cat-file", "--batch", "--buffer"),
		timeout: r.timeout(),
		write:   func(stdin io.Writer) error { return request(stdin, objects) },
		read:    func(stdout io.Reader) error { return eachBlob(bufio.NewReaderSize(stdout, 64<<10), take) },
	})
}

func request(stdin io.Writer, objects iter.Seq[string]) error {
	out := bufio.NewWriter(stdin)
	for object := range objects {
		if !isHash(object) {
			return fmt.Errorf("%.80q is not the hash of an object", object)
		}
		if _, err := out.WriteString(object + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

// eachBlob reads what cat-file --batch prints: "OBJECT TYPE SIZE\n", the
// content, "\n"; or "OBJECT missing\n".
func eachBlob(stdout *bufio.Reader, take func(string, io.Reader) error) error {
	for {
		header, err := stdout.ReadString('\n')
		if errors.Is(err, io.EOF) && header == "" {
			return nil
		}
		if err != nil {
			return err
		}
		words := strings.Fields(header)
		if len(words) != 3 || words[1] != "blob" {
			return fmt.Errorf("not a file in the repository: %s", strings.TrimSpace(header))
		}
		size, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return fmt.Errorf("size of %s: %w", words[0], err)
		}
		if err := oneBlob(stdout, words[0], size, take); err != nil {
			return err
		}
	}
}

func oneBlob(stdout *bufio.Reader, object string, size int64, take func(string, io.Reader) error) error {
	content := &io.LimitedReader{R: stdout, N: size}
	if err := take(object, content); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	if content.N > 0 {
		return fmt.Errorf("%s: %w", object, io.ErrUnexpectedEOF)
	}
	_, err := stdout.Discard(1)
	return err
}
