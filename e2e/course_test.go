package e2e_test

import (
	"net/http"
	"testing"
)

// TestAPullReachesRunningServers changes data and code under a student's kernel.
func TestAPullReachesRunningServers(t *testing.T) {
	for name, configure := range runtimes {
		t.Run(name, func(t *testing.T) {
			files := tour(t)
			files["w1/intro.ipynb"] = notebook(t,
				"import importlib, mine; importlib.reload(mine); print('is', mine.answer, open('data/numbers.csv').read())",
				"import os; import brandnew; print('now', mine.answer, os.path.exists('data/added.csv'), brandnew.name)")
			s := newSite(t, configure(t), files)
			window := newBrowser(t)
			see(t, window, "open", show(s.launch("w1/intro", "alice")))
			runCell(t, window, 0, "is 42 one,two")
			before := s.servers()
			data := s.base(s.open("w1/intro", "alice")) + "files/w1/data/numbers.csv" // as a page of the notebook shows a picture
			if resp, body := s.get(data); resp.StatusCode != http.StatusOK || body != "one,two\n" {
				t.Errorf("got %s %.200s", resp.Status, body)
			}
			s.writeCourse(map[string]string{
				"modules/mine.py": "answer = 4 + 3\n", "modules/brandnew.py": "name = 'bran' + 'new'\n",
				"data/numbers.csv": "three\n", "data/added.csv": "four\n",
			})
			s.run("course", "pull", "tour")
			runCell(t, window, 0, "is 7 three")
			runCell(t, window, 1, "now 7 True brannew")
			if resp, body := s.get(data); resp.StatusCode != http.StatusOK || body != "three\n" {
				t.Errorf("after the pull: %s %.200s", resp.Status, body)
			}
			if after := s.servers(); len(after) != 1 || after[0] != before[0] {
				t.Errorf("the server was %v, is %v", before, after)
			}
		})
	}
}
