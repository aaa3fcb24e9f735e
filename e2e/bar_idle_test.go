package e2e_test

import (
	"testing"
)

// TestTheTimeThatIsLeft has two students on servers that stop soon: one asks for
// more time, the other sees the server stop, and opens the notebook again.
func TestTheTimeThatIsLeft(t *testing.T) {
	s := newSite(t, runtimes["process"](t)+"monitor: {idle: 15s, period: 1s, busy: 15s, keep_going: 1h}\n", tour(t))
	browser := newBrowser(t)
	alice := newView(t, s, browser)
	alice.open("w1/intro", "alice")
	alice.here("the warning", asked, `!document.querySelector('#time').hidden && /^Stops in 0 minutes$/.test(document.querySelector('#left').innerText)`)
	alice.click("Keep going")
	alice.here("no warning any more", `document.querySelector('#time').hidden && document.querySelector('#said').innerText === 'The server goes on.'`)
	alice.click("More")
	alice.here("how much time there is", `/^The server stops in (60|59) minutes/.test(document.querySelector('#stops').innerText)`)

	bob := newView(t, s, browser)
	leaves(t, bob.window) // Jupyter may have noted something in the notebook that it cannot save any more
	bob.open("w1/intro", "bob")
	bob.here("the warning", asked, `!document.querySelector('#time').hidden`)
	bob.here("the end", `(`+asked+`, !document.querySelector('#gone').hidden)`, `document.querySelector('#why').innerText`)
	if left := s.servers(); len(left) != 1 || left[0].Student != "alice" {
		t.Errorf("servers: %v", left)
	}
	bob.click("Open the notebook again")
	bob.here("a server that runs", `document.querySelector('#gone')?.hidden && document.querySelector('#server').dataset.running === 'true'`)
	bob.working()
	runCell(t, bob.window, 0, "")

	alice.here("the other's server", asked, `document.querySelector('#gone').hidden && document.querySelector('#server').dataset.running === 'true'`)
}
