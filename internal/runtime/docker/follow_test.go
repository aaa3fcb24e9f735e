package docker

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestFollowWritesText(t *testing.T) {
	answer := `{"stream":"Step 1/2 : FROM x\n"}
{"status":"Pulling from x","id":"latest"}
{"status":"Downloading","progressDetail":{"current":10,"total":20},"id":"abc"}
{"status":"Pull complete","progressDetail":{},"id":"abc"}
{"status":"Digest: sha256:0"}
{"aux":{"ID":"sha256:0"}}
`
	want := "Step 1/2 : FROM x\nlatest: Pulling from x\nabc: Pull complete\nDigest: sha256:0\n"
	var got bytes.Buffer
	if err := follow(t.Context(), strings.NewReader(answer), &got); err != nil || got.String() != want {
		t.Errorf("got %q, %v, want %q", got.String(), err, want)
	}
}

func TestFollowReturnsTheError(t *testing.T) {
	for name, end := range map[string]string{
		"of Docker": `{"errorDetail":{"code":1,"message":"no space"},"error":"no space"}`,
		"of Podman": `{"error":"no space"}`,
	} {
		err := follow(t.Context(), strings.NewReader(`{"stream":"a"}`+end), io.Discard)
		if err == nil || err.Error() != "no space" {
			t.Errorf("error %s: %v", name, err)
		}
	}
	if err := follow(t.Context(), strings.NewReader(`{"stream":`), io.Discard); !unanswered(err) {
		t.Errorf("half an answer: %v", err)
	}
}
