package e2e_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// livesIn has a window show times as they are in a zone.
func livesIn(zone string) act {
	return func(ctx context.Context, window *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, window, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
		return chromedp.Void{}, err
	}
}

// TestTimesAreThoseOfTheReader gives a page what {{date}} and {{ago}} write.
func TestTimesAreThoseOfTheReader(t *testing.T) {
	s := newSite(t, "runtime: process\nprocess: {bin_dir: /usr/bin}\n", tour(t))
	window := newBrowser(t)
	put := func(how, at string) act {
		return until(fmt.Sprintf(`(document.querySelector('main').innerHTML = '<time data-show="%s" datetime="' + %s + '">in UTC</time>',
			document.dispatchEvent(new Event('nbhosting:times')), true)`, how, at))
	}
	shows := func(text string) act {
		return until(fmt.Sprintf(`document.querySelector('time').textContent.replaceAll(/\s/g, ' ') === %q`, text))
	}
	hoursAgo := `new Date(Date.now() - 3.5 * 3600e3).toISOString()`
	for _, c := range []struct{ lang, zone, date, ago string }{
		{"en", "America/New_York", "July 31, 2026 at 9:30 PM", "3 hours ago"},
		{"fr", "Asia/Tokyo", "1 août 2026 à 10:30", "il y a 3 heures"},
	} {
		see(t, window, c.lang, speaks(c.lang), livesIn(c.zone), show(s.url+"/"), until(`document.readyState === 'complete'`),
			put("date", `'2026-08-01T01:30:00Z'`), shows(c.date), put("ago", hoursAgo), shows(c.ago))
	}
}
