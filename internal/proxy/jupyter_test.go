package proxy_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
)

// startJupyter starts a real Jupyter server behind the proxy of s, with websockets
// that would compress if they were asked to.
func (s *site) startJupyter(t *testing.T) {
	t.Helper()
	bin := os.Getenv("NBHOSTING_TEST_PYTHON_BIN")
	if bin == "" {
		t.Skip("no Python environment (NBHOSTING_TEST_PYTHON_BIN)")
	}
	home := t.TempDir()
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c := exec.Command(filepath.Join(bin, "python3"), "-m", "jupyter_server", "--allow-root", "--no-browser", "--sock="+s.socket,
		"--ServerApp.base_url="+testBase, "--ServerApp.root_dir="+home, "--ServerApp.allow_remote_access=True",
		"--IdentityProvider.token="+testToken, "--ServerApp.websocket_compression_options={}")
	c.Env = []string{"HOME=" + home, "PATH=" + bin + ":/usr/bin:/bin", "LANG=C.UTF-8"}
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		_ = c.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("Jupyter says:\n%s", text)
		}
	})
	until(t, "Jupyter answers", func() bool {
		conn, err := net.Dial("unix", s.socket)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// api asks Jupyter for something, and returns its answer.
func (s *site) api(t *testing.T, method, rest, body string) map[string]any {
	t.Helper()
	res := s.do(t, s.request(t, method, rest, strings.NewReader(body)))
	text := readAll(t, res.Body)
	if res.StatusCode < 200 || res.StatusCode > 299 {
		t.Fatalf("%s %s: %d %s", method, rest, res.StatusCode, text)
	}
	var answer map[string]any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatalf("%s %s: %v", method, rest, err)
		}
	}
	return answer
}

func TestRealJupyter(t *testing.T) {
	d := &diary{}
	s := startSite(t, watchedBy(d))
	s.startJupyter(t)
	t.Run("files", func(t *testing.T) { followFiles(t, s, d) })
	t.Run("cells", func(t *testing.T) { followCells(t, s) })
}

func followFiles(t *testing.T, s *site, d *diary) {
	const notebook = `{"type":"notebook","format":"json","content":{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}}`
	s.api(t, "POST", "api/contents", `{"type":"directory"}`)
	s.api(t, "PATCH", "api/contents/Untitled%20Folder", `{"path":"w 1"}`)
	s.api(t, "PUT", "api/contents/w%201/a.ipynb", notebook)
	s.api(t, "PUT", "api/contents/w%201/a.ipynb", notebook)
	id := s.api(t, "POST", "api/contents/w%201/a.ipynb/checkpoints", "")["id"].(string)
	s.api(t, "POST", "api/contents/w%201/a.ipynb/checkpoints/"+id, "")
	s.api(t, "GET", "api/contents/w%201/a.ipynb", "")
	s.api(t, "PUT", "api/contents/big.csv", `{"type":"file","format":"text","name":"big.csv","chunk":1,"content":"1"}`)
	s.api(t, "PUT", "api/contents/big.csv", `{"type":"file","format":"text","name":"big.csv","chunk":-1,"content":"2"}`)
	s.api(t, "DELETE", "api/contents/w%201/a.ipynb", "")
	d.expect(t, "renamed one Untitled Folder w 1", "saved one w 1/a.ipynb", "saved one w 1/a.ipynb", "saved one w 1/a.ipynb",
		"saved one big.csv", "deleted one w 1/a.ipynb")
	if got := s.activity(t); got.Saves != 4 {
		t.Errorf("%+v", got)
	}
}

// followCells runs a cell in each of Jupyter's protocols, by a client that offers to compress.
func followCells(t *testing.T, s *site) {
	kernel := s.api(t, "POST", "api/kernels", "")["id"].(string)
	path := testBase + "api/kernels/" + kernel + "/channels"
	offer := &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover}
	straight := *offer
	straight.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", s.socket) }}}
	c, res, err := websocket.Dial(t.Context(), "http://jupyter"+path+"?token="+testToken, &straight)
	if err != nil {
		t.Fatal(err)
	}
	c.CloseNow()
	if res.Header.Get("Sec-WebSocket-Extensions") == "" {
		t.Error("this server would not compress: the test shows less than it should")
	}
	for i, protocol := range []string{"", "v1.kernel.websocket.jupyter.org"} {
		if protocol != "" {
			offer.Subprotocols = []string{protocol}
		}
		c, res, err := websocket.Dial(t.Context(), s.url+path+fmt.Sprintf("?session_id=s%d", i), offer)
		if err != nil {
			t.Fatal(err)
		}
		defer c.CloseNow()
		c.SetReadLimit(-1)
		if got := res.Header.Get("Sec-WebSocket-Extensions"); got != "" || c.Subprotocol() != protocol {
			t.Errorf("the server agreed to %q and %q", got, c.Subprotocol())
		}
		runOver(t, c, protocol != "")
		if got := s.activity(t); got.Executes != uint64(i+1) || got.Websockets == 0 {
			t.Errorf("protocol %q: %+v", protocol, got)
		}
	}
}

// runOver runs a cell and waits for what it prints.
func runOver(t *testing.T, c *websocket.Conn, v1 bool) {
	t.Helper()
	header := `{"msg_id":"m","session":"s","username":"","date":"2026-11-26T00:00:00Z","msg_type":"execute_request","version":"5.3"}`
	content := `{"code":"print('four'+'teen')","silent":false,"store_history":true,"user_expressions":{},"allow_stdin":false}`
	kind, message := websocket.MessageText, []byte(`{"channel":"shell","content":`+content+`,"header":`+header+`,"parent_header":{},"metadata":{},"buffers":[]}`)
	if v1 {
		kind, message = websocket.MessageBinary, packV1("shell", header, "{}", "{}", content)
	}
	if err := c.Write(t.Context(), kind, message); err != nil {
		t.Fatal(err)
	}
	for {
		_, got, err := c.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(got), "fourteen") {
			return
		}
	}
}

// packV1 puts a message together as the sub-protocol has it.
func packV1(parts ...string) []byte {
	at := uint64(8 * (len(parts) + 2))
	message := binary.LittleEndian.AppendUint64(nil, uint64(len(parts)+1))
	for _, part := range parts {
		message = binary.LittleEndian.AppendUint64(message, at)
		at += uint64(len(part))
	}
	message = binary.LittleEndian.AppendUint64(message, at)
	return append(message, strings.Join(parts, "")...)
}
